package dev.countermark.keyservice;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/**
 * An authority that somebody brought: a root, or an intermediate with its chain. Checked before it
 * is used, because clients would refuse all packages otherwise.
 */
public final class ImportedAuthority {
  private static final int MIN_BITS = 2_048;
  private static final int NOT_A_CA = -1;
  private static final int KEY_CERT_SIGN = 5;

  private final NugetAuthority.Authority authority;

  private ImportedAuthority(NugetAuthority.Authority authority) {
    this.authority = authority;
  }

  /**
   * Reads PEM.
   *
   * @param key the authority's private RSA key, not encrypted, PKCS#8 or PKCS#1
   * @param chain the authority's certificate first, then each one's issuer, the root last
   * @throws IllegalArgumentException saying what is wrong
   */
  public static ImportedAuthority pem(byte[] key, byte[] chain, Instant now) {
    try (PEMParser parser =
        new PEMParser(new StringReader(new String(key, StandardCharsets.US_ASCII)))) {
      Object found = parser.readObject();
      PrivateKeyInfo info =
          found instanceof PEMKeyPair pair
              ? pair.getPrivateKeyInfo()
              : found instanceof PrivateKeyInfo pkcs8 ? pkcs8 : null;
      if (info == null) {
        throw new IllegalArgumentException("the key file holds no unencrypted PEM private key");
      }
      List<X509Certificate> certificates = new ArrayList<>();
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(chain))) {
        certificates.add((X509Certificate) certificate);
      }
      return of(RsaKey.of(info.getEncoded()), certificates, now);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot read the PEM files: " + e.getMessage(), e);
    }
  }

  /**
   * Reads PKCS#12.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public static ImportedAuthority pkcs12(byte[] file, char[] password, Instant now) {
    try {
      java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(file), password);
      for (String alias : java.util.Collections.list(store.aliases())) {
        if (store.getKey(alias, password) instanceof PrivateKey key
            && store.getCertificateChain(alias) != null) {
          List<X509Certificate> chain = new ArrayList<>();
          for (Certificate certificate : store.getCertificateChain(alias)) {
            chain.add((X509Certificate) certificate);
          }
          return of(RsaKey.of(key.getEncoded()), chain, now);
        }
      }
      throw new IllegalArgumentException("the PKCS#12 file holds no private key with its chain");
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot read the PKCS#12 file: " + e.getMessage(), e);
    }
  }

  private static ImportedAuthority of(RsaKey key, List<X509Certificate> chain, Instant now) {
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("there is no certificate");
    }
    if (!key.publicKey().equals(chain.get(0).getPublicKey())) {
      throw new IllegalArgumentException("the first certificate is not that of the key");
    }
    for (int i = 0; i < chain.size(); i++) {
      X509Certificate certificate = chain.get(i);
      X509Certificate issuer = chain.get(Math.min(i + 1, chain.size() - 1));
      String subject = certificate.getSubjectX500Principal().getName();
      if (certificate.getBasicConstraints() == NOT_A_CA
          || certificate.getKeyUsage() != null && !certificate.getKeyUsage()[KEY_CERT_SIGN]) {
        throw new IllegalArgumentException(subject + " is not the certificate of an authority");
      }
      if (!(certificate.getPublicKey() instanceof RSAPublicKey rsa)
          || rsa.getModulus().bitLength() < MIN_BITS) {
        throw new IllegalArgumentException(
            subject + " has no RSA key of 2048 bits or more: NuGet clients take nothing else");
      }
      if (!now.isBefore(certificate.getNotAfter().toInstant())) {
        throw new IllegalArgumentException(subject + " has expired");
      }
      try {
        certificate.verify(issuer.getPublicKey());
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException(
            i == chain.size() - 1
                ? "the chain must end with the root: " + subject + " is not self-signed"
                : "the certificate after " + subject + " did not issue it",
            e);
      }
    }
    return new ImportedAuthority(new NugetAuthority.Authority(key, List.copyOf(chain)));
  }

  NugetAuthority.Authority authority() {
    return authority;
  }
}
