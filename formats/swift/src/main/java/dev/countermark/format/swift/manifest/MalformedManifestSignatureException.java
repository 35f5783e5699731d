package dev.countermark.format.swift.manifest;

/** The last line wants to be a signature, but cannot be read as one. */
public final class MalformedManifestSignatureException extends Exception {
  /** In the client's words. */
  public static final String CLIENT_MESSAGE = "manifest signature is malformed";

  public MalformedManifestSignatureException() {
    super(CLIENT_MESSAGE);
  }
}
