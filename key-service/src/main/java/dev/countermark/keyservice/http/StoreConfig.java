package dev.countermark.keyservice.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where the keys bucket is. Its credentials must not be those of the packages bucket. */
@ConfigMapping(prefix = "countermark.store")
public interface StoreConfig {
  /** Address of the S3-compatible store, such as {@code https://s3.example.org}. */
  URI endpoint();

  /** Region that requests are signed for. */
  @WithDefault("us-east-1")
  String region();

  /** Made when it does not exist. */
  @WithDefault("countermark-keys")
  String bucket();

  /** Access key. */
  String accessKey();

  /** The secret key itself; better {@link #secretKeyFile}: one of the two must be set. */
  Optional<String> secretKey();

  /** File with the secret key. */
  Optional<Path> secretKeyFile();

  /** PEM file of the authorities to trust instead of the JDK's. */
  Optional<Path> trustCertificates();
}
