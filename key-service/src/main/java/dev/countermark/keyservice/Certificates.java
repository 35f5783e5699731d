package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Reads certificates. */
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
}
