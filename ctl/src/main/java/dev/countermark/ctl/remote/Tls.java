package dev.countermark.ctl.remote;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** TLS by PEM files. A key is that of who asks, never one that signs packages. */
final class Tls {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private Tls() {}

  /** Who asks: a certificate with those that vouch for it, and its key (PKCS#8). */
  record Identity(Path certificate, Path key) {}

  /**
   * @return empty when neither is given: Java's own is right then
   */
  static Optional<SSLContext> context(Optional<Path> authority, Optional<Identity> identity) {
    if (authority.isEmpty() && identity.isEmpty()) {
      return Optional.empty();
    }
    try {
      TrustManager[] trust = authority.isEmpty() ? null : trusting(authority.get());
      KeyManager[] keys = identity.isEmpty() ? null : keys(identity.get());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return Optional.of(context);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("an empty store of keys reads nothing", e);
    }
  }

  private static TrustManager[] trusting(Path pem) throws IOException, GeneralSecurityException {
    KeyStore trusted = empty();
    int number = 0;
    for (Certificate one : certificates(pem)) {
      trusted.setCertificateEntry("ca" + number++, one);
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    return managers.getTrustManagers();
  }

  private static KeyManager[] keys(Identity identity) throws IOException, GeneralSecurityException {
    Certificate[] chain = certificates(identity.certificate());
    Matcher pem = PKCS8.matcher(Settings.secret(identity.key()));
    if (!pem.find()) {
      throw RemoteException.usage(
          identity.key()
              + " holds no PRIVATE KEY (PKCS#8): openssl pkcs8 -topk8 -nocrypt makes one of others");
    }
    KeyStore own = empty();
    try {
      own.setKeyEntry(
          "own",
          KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm())
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)))),
          new char[0],
          chain);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw RemoteException.usage(
          identity.key() + " is not the key of " + identity.certificate() + ": " + e.getMessage());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(own, new char[0]);
    return managers.getKeyManagers();
  }

  private static Certificate[] certificates(Path pem) {
    try (InputStream in = Files.newInputStream(pem)) {
      Certificate[] found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(Certificate[]::new);
      if (found.length > 0) {
        return found;
      }
    } catch (IOException e) {
      throw Settings.unreadable(pem, e);
    } catch (GeneralSecurityException e) {
      // Said below.
    }
    throw RemoteException.usage(pem + " holds no certificate in PEM form");
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
