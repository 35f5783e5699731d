package dev.countermark.format.nuget.verify;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** How {@code nuget.config} and the RepositorySignatures document name a certificate. */
public final class Fingerprint {
  private Fingerprint() {}

  /** SHA-256 over the DER form, upper-case hexadecimal. */
  public static String of(X509Certificate certificate) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().withUpperCase().formatHex(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a certificate that cannot be encoded", e);
    }
  }
}
