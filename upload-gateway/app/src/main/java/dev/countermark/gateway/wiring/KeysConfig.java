package dev.countermark.gateway.wiring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The key service. */
@ConfigMapping(prefix = "countermark.keys")
interface KeysConfig {
  /** Base address, {@code http} or {@code https}, without a path. */
  URI url();

  /** This service's credential; rather give {@link #credentialFile}. */
  Optional<String> credential();

  /** File that holds the credential; white space around it is ignored. */
  Optional<Path> credentialFile();

  /** PEM file of the authorities that may vouch for the key service; absent: those of the JDK. */
  Optional<Path> trustCertificates();

  /** PEM file with this service's certificate and chain, for mutual TLS. */
  Optional<Path> clientCertificate();

  /** PEM file with the certificate's private key, PKCS#8. */
  Optional<Path> clientKey();

  /** Longest wait for a connection. */
  @WithDefault("2s")
  Duration connectTimeout();

  /** Longest wait for an answer. */
  @WithDefault("10s")
  Duration requestTimeout();
}
