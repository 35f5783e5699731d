package dev.countermark.gateway.wiring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The S3-compatible object store that holds the packages. */
@ConfigMapping(prefix = "countermark.store")
interface StoreConfig {
  /** Base address, {@code http} or {@code https}. */
  URI endpoint();

  /** Region that requests are signed for. */
  @WithDefault("us-east-1")
  String region();

  /** Bucket of the packages; made when it does not exist. */
  @WithDefault("countermark-packages")
  String bucket();

  /** Access key. */
  String accessKey();

  /** Secret key; rather give {@link #secretKeyFile}: one of the two must be set. */
  Optional<String> secretKey();

  /** File that holds the secret key; white space around it is ignored. */
  Optional<Path> secretKeyFile();

  /** PEM file of the authorities that may vouch for the store; absent: those of the JDK. */
  Optional<Path> trustCertificates();

  /** Longest time that one call may take. */
  @WithDefault("20s")
  Duration timeout();
}
