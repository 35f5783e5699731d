package dev.countermark.format.nuget.archive;

import dev.countermark.format.zip.ByteSource;

/** Signed and stripped archives as bytes. */
final class Archives {
  private Archives() {}

  static byte[] signed(byte[] file, byte[] p7s, int dosDateTime) throws Exception {
    ByteSource source = ByteSource.of(file);
    return bytes(PackageArchive.read(source).withSignature(p7s, dosDateTime).over(source));
  }

  static byte[] stripped(byte[] file) throws Exception {
    ByteSource source = ByteSource.of(file);
    return bytes(PackageArchive.read(source).stripped().over(source));
  }

  static byte[] bytes(ByteSource source) throws Exception {
    return source.read(0, Math.toIntExact(source.size()));
  }
}
