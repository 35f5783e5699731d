package dev.countermark.signer.service;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Who signs: a version of a repository's key, with its certificates.
 *
 * @param fingerprint SHA-256 of the certificate, lower-case hexadecimal
 * @param chain the certificate first, the root last
 */
public record SignerIdentity(int keyVersion, String fingerprint, List<X509Certificate> chain) {
  /**
   * @throws Failure.Transient when the key service sent no certificates with the key
   */
  public static SignerIdentity of(PublicKeyVersion key) {
    if (key.certificates().isEmpty()) {
      throw new Failure.Transient("the key service sent a key without certificate", null);
    }
    try {
      CertificateFactory x509 = CertificateFactory.getInstance("X.509");
      List<X509Certificate> chain = new ArrayList<>();
      for (Bytes certificate : key.certificates()) {
        chain.add(
            (X509Certificate)
                x509.generateCertificate(new ByteArrayInputStream(certificate.toArray())));
      }
      return new SignerIdentity(key.version(), fingerprint(chain.get(0)), List.copyOf(chain));
    } catch (CertificateException e) {
      throw new Failure.Transient("the key service sent something else than certificates", e);
    }
  }

  /** SHA-256 of a certificate, lower-case hexadecimal. */
  public static String fingerprint(X509Certificate certificate) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException | CertificateException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public X509Certificate certificate() {
    return chain.get(0);
  }

  public X509Certificate root() {
    return chain.get(chain.size() - 1);
  }

  public Instant notAfter() {
    return certificate().getNotAfter().toInstant();
  }
}
