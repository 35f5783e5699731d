package dev.countermark.keys;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a service reaches the key service; the settings {@code countermark.keys.*}.
 *
 * @param url base address, {@code http} or {@code https}, without a path
 * @param credential bearer credential of this service; absent when it identifies by certificate
 * @param trustCertificates PEM file of the authorities that may vouch for the key service; absent
 *     means those of the JDK
 * @param clientCertificate PEM file, this service's certificate first; goes with {@code clientKey}
 * @param clientKey PEM file with the certificate's private key in PKCS#8
 * @param connectTimeout longest wait for a connection
 * @param requestTimeout longest wait for an answer
 * @param currentTtl how long {@link KeyClient#current} may answer from memory; zero never
 */
public record KeyClientSettings(
    URI url,
    Optional<String> credential,
    Optional<Path> trustCertificates,
    Optional<Path> clientCertificate,
    Optional<Path> clientKey,
    Duration connectTimeout,
    Duration requestTimeout,
    Duration currentTtl) {

  /**
   * @throws IllegalArgumentException when a certificate comes without its key or the other way
   *     round, or the address is neither http nor https
   */
  public KeyClientSettings {
    if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
      throw new IllegalArgumentException("countermark.keys.url must be http or https");
    }
    if (clientCertificate.isPresent() != clientKey.isPresent()) {
      throw new IllegalArgumentException(
          "countermark.keys.client-certificate and countermark.keys.client-key go together");
    }
  }

  /** With a bearer credential, no TLS files, 2 s to connect, 10 s to answer, 30 s of memory. */
  public static KeyClientSettings bearer(URI url, String credential) {
    return new KeyClientSettings(
        url,
        Optional.of(credential),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30));
  }

  /** The same with TLS files in PEM. */
  public KeyClientSettings withTls(
      Optional<Path> trust, Optional<Path> certificate, Optional<Path> key) {
    return new KeyClientSettings(
        url, credential, trust, certificate, key, connectTimeout, requestTimeout, currentTtl);
  }

  /** The same with another lifetime of what {@link KeyClient#current} remembers. */
  public KeyClientSettings withCurrentTtl(Duration ttl) {
    return new KeyClientSettings(
        url,
        credential,
        trustCertificates,
        clientCertificate,
        clientKey,
        connectTimeout,
        requestTimeout,
        ttl);
  }

  /** The same without a bearer credential. */
  public KeyClientSettings withoutCredential() {
    return new KeyClientSettings(
        url,
        Optional.empty(),
        trustCertificates,
        clientCertificate,
        clientKey,
        connectTimeout,
        requestTimeout,
        currentTtl);
  }

  /** Without the credential: settings end up in logs. */
  @Override
  public String toString() {
    return "key service at " + url;
  }
}
