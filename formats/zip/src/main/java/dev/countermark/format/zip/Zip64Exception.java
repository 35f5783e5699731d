package dev.countermark.format.zip;

/** The archive needs, or says that it needs, the larger form of some fields. */
public final class Zip64Exception extends MalformedArchiveException {
  public Zip64Exception() {
    super("Zip64 archives are not supported");
  }
}
