package dev.countermark.keyservice;

import dev.countermark.contracts.KeyTerms.Acceptance;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.encoders.DecoderException;

/**
 * An authority that somebody brought: a root, or an intermediate with its chain. Checked before it
 * is used, because clients would refuse all packages otherwise. Its key is RSA, or EC on P-256
 * where clients accept curves.
 */
public final class ImportedAuthority {
  private final Authority authority;

  private ImportedAuthority(Authority authority) {
    this.authority = authority;
  }

  /**
   * Reads PEM.
   *
   * @param acceptance of the clients who will judge it
   * @param key the authority's private key, not encrypted, PKCS#8, PKCS#1 or SEC 1
   * @param chain the authority's certificate first, then each one's issuer, the root last
   * @throws IllegalArgumentException saying what is wrong
   */
  public static ImportedAuthority pem(
      Acceptance acceptance, byte[] key, byte[] chain, Instant now) {
    byte[] pkcs8 = new byte[0];
    try {
      pkcs8 = pkcs8(key);
      return of(acceptance, pkcs8, certificates(chain), now);
    } catch (IOException | GeneralSecurityException | DecoderException e) {
      throw new IllegalArgumentException("cannot read the PEM files: " + e.getMessage(), e);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  private static byte[] pkcs8(byte[] pem) throws IOException {
    try (PEMParser parser =
        new PEMParser(new StringReader(new String(pem, StandardCharsets.US_ASCII)))) {
      Object found = parser.readObject();
      if (found instanceof ASN1ObjectIdentifier) {
        found = parser.readObject(); // the name of the curve may come first
      }
      if (found instanceof PEMKeyPair pair) {
        return pair.getPrivateKeyInfo().getEncoded();
      }
      if (found instanceof PrivateKeyInfo key) {
        return key.getEncoded();
      }
      throw new IllegalArgumentException("the key file holds no unencrypted PEM private key");
    }
  }

  /**
   * Reads PKCS#12.
   *
   * @param acceptance of the clients who will judge it
   * @param file with one private key and the chain of its certificate, up to the root
   * @throws IllegalArgumentException saying what is wrong
   */
  public static ImportedAuthority pkcs12(
      Acceptance acceptance, byte[] file, char[] password, Instant now) {
    byte[] pkcs8 = new byte[0];
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(file), password);
      String alias = onlyKey(store);
      Key key = store.getKey(alias, password);
      pkcs8 = key.getEncoded();
      return of(acceptance, pkcs8, x509(List.of(store.getCertificateChain(alias))), now);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot read the PKCS#12 file: " + e.getMessage(), e);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  private static String onlyKey(KeyStore store) throws GeneralSecurityException {
    List<String> keys = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias) && store.getCertificateChain(alias) != null) {
        keys.add(alias);
      }
    }
    if (keys.size() != 1) {
      throw new IllegalArgumentException(
          "the PKCS#12 file holds " + keys.size() + " private keys with their chain, not one");
    }
    return keys.get(0);
  }

  private static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
    return x509(
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem)));
  }

  private static List<X509Certificate> x509(Collection<? extends Certificate> certificates) {
    return certificates.stream().map(X509Certificate.class::cast).toList();
  }

  private static ImportedAuthority of(
      Acceptance acceptance, byte[] pkcs8, List<X509Certificate> chain, Instant now) {
    Authority authority = new Authority(key(acceptance, pkcs8), chain);
    AuthorityCheck.require(authority, acceptance, now);
    return new ImportedAuthority(authority);
  }

  private static SigningKey key(Acceptance acceptance, byte[] pkcs8) {
    PrivateKeyInfo info = PrivateKeyInfo.getInstance(pkcs8);
    boolean ec =
        X9ObjectIdentifiers.id_ecPublicKey.equals(info.getPrivateKeyAlgorithm().getAlgorithm());
    return ec && acceptance.curves() ? EcdsaKey.ofPkcs8(info) : RsaKey.of(pkcs8);
  }

  Authority authority() {
    return authority;
  }
}
