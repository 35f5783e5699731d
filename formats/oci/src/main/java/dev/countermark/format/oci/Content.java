package dev.countermark.format.oci;

import java.util.Arrays;

/** Immutable bytes with their media type and digest: a manifest or a blob. */
public final class Content {
  private final String mediaType;
  private final boolean manifest;
  private final byte[] bytes;
  private final Digest digest;

  private Content(String mediaType, boolean manifest, byte[] bytes) {
    this.mediaType = mediaType;
    this.manifest = manifest;
    this.bytes = bytes.clone();
    this.digest = Digest.sha256(bytes);
  }

  public static Content manifest(byte[] bytes) {
    return new Content(MediaTypes.OCI_MANIFEST, true, bytes);
  }

  public static Content blob(String mediaType, byte[] bytes) {
    return new Content(mediaType, false, bytes);
  }

  public String mediaType() {
    return mediaType;
  }

  public boolean isManifest() {
    return manifest;
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /** Number of bytes. */
  public int size() {
    return bytes.length;
  }

  /** Always sha256. */
  public Digest digest() {
    return digest;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Content c
        && manifest == c.manifest
        && mediaType.equals(c.mediaType)
        && Arrays.equals(bytes, c.bytes);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return mediaType + " " + digest;
  }
}
