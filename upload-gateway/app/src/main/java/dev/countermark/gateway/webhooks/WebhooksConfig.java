package dev.countermark.gateway.webhooks;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Where events may be sent. */
@ConfigMapping(prefix = "countermark.gateway.webhooks")
interface WebhooksConfig {
  /**
   * Networks that webhooks may reach although they are not the internet, also without TLS, such as
   * {@code 10.20.0.0/16}; absent for none.
   */
  Optional<List<String>> allowedNetworks();

  /** Certificates in PEM that receivers' are trusted by, in place of those that Java trusts. */
  Optional<Path> trustCertificates();

  /** For one try: name, connection and answer together. */
  @WithDefault("10s")
  Duration timeout();
}
