package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.bouncycastle.cert.X509CertificateHolder;

/** Between the forms that a certificate can have. */
final class Certificates {
  private Certificates() {}

  /**
   * @throws IllegalArgumentException when the bytes are no X.509 certificate
   */
  static X509Certificate read(Bytes der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der.toArray()));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("not an X.509 certificate", e);
    }
  }

  static X509Certificate of(X509CertificateHolder holder) {
    try {
      return read(Bytes.of(holder.getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static X509CertificateHolder holder(X509Certificate certificate) {
    try {
      return new X509CertificateHolder(encode(certificate).toArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** DER. */
  static Bytes encode(X509Certificate certificate) {
    try {
      return Bytes.of(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("a certificate that cannot be written", e);
    }
  }

  /**
   * SHA-256, lower-case hexadecimal.
   *
   * @param der of the certificate
   */
  static String fingerprint(Bytes der) {
    return Hashes.sha256Hex(der.toArray());
  }
}
