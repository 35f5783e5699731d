package dev.countermark.signer.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The key service. */
@ConfigMapping(prefix = "countermark.keys")
public interface KeysConfig {
  /** Base address, {@code http} or {@code https}, without a path. */
  URI url();

  /**
   * Credential of the formats that have none of their own; rather give {@link #credentialFile}, and
   * rather one per format.
   */
  Optional<String> credential();

  /** File that holds the credential; white space around it is ignored. */
  Optional<Path> credentialFile();

  /** By format: what this format alone is known by; rather give {@link #credentialFiles}. */
  Map<String, String> credentials();

  /** By format: file that holds the format's credential. */
  Map<String, Path> credentialFiles();

  /** PEM file of the authorities that may vouch for the key service; absent: those of the JDK. */
  Optional<Path> trustCertificates();

  /**
   * PEM file with the certificate and chain of the formats that have none of their own, for mutual
   * TLS.
   */
  Optional<Path> clientCertificate();

  /** PEM file with the certificate's private key, PKCS#8. */
  Optional<Path> clientKey();

  /** By format: PEM file with the certificate and chain of this format alone. */
  Map<String, Path> clientCertificates();

  /** By format: PEM file with that certificate's private key, PKCS#8. */
  Map<String, Path> clientKeys();

  /** Longest wait for a connection. */
  @WithDefault("2s")
  Duration connectTimeout();

  /** Longest wait for an answer. */
  @WithDefault("10s")
  Duration requestTimeout();
}
