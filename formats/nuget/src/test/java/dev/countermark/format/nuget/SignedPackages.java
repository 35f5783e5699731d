package dev.countermark.format.nuget;

import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.TestArchives;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Small packages, signed rightly and wrongly. */
public final class SignedPackages {
  private static final int DOS_DATE = 0x5B78 << 16;

  static final KeyPair AUTHOR_ROOT_KEY = TestPki.rsa(2048);
  static final X509Certificate AUTHOR_ROOT =
      TestPki.root("CN=Test Author Root,O=Example", AUTHOR_ROOT_KEY);
  static final KeyPair AUTHOR_KEY = TestPki.rsa(2048);

  private SignedPackages() {}

  static UnaryOperator<byte[]> stamp(Consumer<TestTsa> change) {
    TestTsa authority = new TestTsa();
    change.accept(authority);
    return authority::token;
  }

  static X509Certificate authorCertificate() {
    return TestPki.leaf(
        p ->
            p.key(AUTHOR_KEY)
                .issuer(AUTHOR_ROOT, AUTHOR_ROOT_KEY, "SHA256withRSA")
                .subject("CN=Test Author,O=Example"));
  }

  /** SHA-256 of a certificate, as {@code nuget.config} wants it. */
  public static String fingerprint(X509Certificate certificate) throws Exception {
    return HexFormat.of().withUpperCase().formatHex(sha256(certificate.getEncoded()));
  }

  /** A package that nobody signed. */
  public static byte[] unsigned(String id) {
    return content(id).bytes();
  }

  static TestArchives content(String id) {
    TestArchives archive = new TestArchives();
    archive.deflated(
        id + ".nuspec",
        TestArchives.ascii(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>%s</id>
                <version>1.0.0</version>
                <authors>acme</authors>
                <description>A sample.</description>
              </metadata>
            </package>
            """
                .formatted(id)));
    archive.stored("lib/netstandard2.0/_._", TestArchives.ascii("hello\n"));
    return archive;
  }

  /** A package signed by a repository. */
  public static byte[] repository(String id, Consumer<ForgedSignature> change) throws Exception {
    return signed(id, signature(id, ForgedSignature::repository, change));
  }

  static byte[] repositoryBy(
      String id, X509Certificate leaf, KeyPair key, X509Certificate... issuers) throws Exception {
    return repository(id, f -> f.by(leaf, key, issuers));
  }

  static byte[] repositoryBy(
      String id,
      X509Certificate leaf,
      KeyPair key,
      UnaryOperator<byte[]> timestamp,
      X509Certificate... issuers)
      throws Exception {
    return repository(
        id,
        f -> {
          f.by(leaf, key, issuers);
          f.timestamp = timestamp;
        });
  }

  /** A package signed by its author. */
  public static byte[] author(String id, Consumer<ForgedSignature> change) throws Exception {
    return signed(id, signature(id, ForgedSignature::author, change));
  }

  interface Primary {
    ForgedSignature of(byte[] packageHash);
  }

  static byte[] signature(String id, Primary primary, Consumer<ForgedSignature> change)
      throws Exception {
    return primary.of(sha256(unsigned(id))).but(change).p7s();
  }

  static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  static byte[] signed(String id, byte[] p7s) throws Exception {
    ByteSource source = ByteSource.of(unsigned(id));
    ByteSource signed = PackageArchive.read(source).withSignature(p7s, DOS_DATE).over(source);
    return signed.read(0, Math.toIntExact(signed.size()));
  }
}
