package dev.countermark.keys;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Makes a TLS context from PEM files. The key is this service's TLS identity, never a signing key.
 */
final class PemTls {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private PemTls() {}

  /**
   * @return empty when no file is set: the JDK's own context is right then
   * @throws IllegalArgumentException when a file cannot be read or holds something else
   */
  static Optional<SSLContext> context(KeyClientSettings settings) {
    if (settings.trustCertificates().isEmpty() && settings.clientCertificate().isEmpty()) {
      return Optional.empty();
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(
          settings.trustCertificates().isPresent()
              ? trustStore(settings.trustCertificates().get())
              : null);
      KeyManagerFactory identity = null;
      if (settings.clientCertificate().isPresent()) {
        identity = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        identity.init(
            identityStore(settings.clientCertificate().get(), settings.clientKey().orElseThrow()),
            new char[0]);
      }
      context.init(
          identity == null ? null : identity.getKeyManagers(), trust.getTrustManagers(), null);
      return Optional.of(context);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          "cannot set up TLS to the key service: " + e.getMessage(), e);
    }
  }

  private static KeyStore trustStore(Path file) throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    int count = 0;
    for (Certificate certificate : certificates(file)) {
      store.setCertificateEntry("trust-" + count++, certificate);
    }
    return store;
  }

  private static KeyStore identityStore(Path certificateFile, Path keyFile)
      throws GeneralSecurityException, IOException {
    Certificate[] chain = certificates(certificateFile);
    Matcher pem = PKCS8.matcher(Files.readString(keyFile, StandardCharsets.US_ASCII));
    if (!pem.find()) {
      throw new GeneralSecurityException(keyFile + " holds no PEM \"PRIVATE KEY\" (PKCS#8)");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(pem.group(1));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException(keyFile + " holds no valid Base64", e);
    }
    try {
      KeyStore store = emptyStore();
      store.setKeyEntry(
          "client",
          KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(der)),
          new char[0],
          chain);
      return store;
    } finally {
      Arrays.fill(der, (byte) 0);
    }
  }

  private static Certificate[] certificates(Path file)
      throws GeneralSecurityException, IOException {
    Certificate[] found =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
            .toArray(new Certificate[0]);
    if (found.length == 0) {
      throw new GeneralSecurityException(file + " holds no PEM certificate");
    }
    return found;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new UncheckedIOException("an empty key store reads nothing", e);
    }
    return store;
  }
}
