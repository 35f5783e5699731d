package dev.countermark.gateway.nuget;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the NuGet feeds of this gateway. */
@ConfigMapping(prefix = "countermark.nuget")
interface FeedConfig {
  /** Largest package. */
  @WithDefault("250M")
  MemorySize maxPackageSize();

  /**
   * How long a push waits for its signature before it is answered with 202; zero not to wait. Keep
   * it below the time that proxies in front of the gateway wait.
   */
  @WithDefault("PT10S")
  Duration pushWait();

  /**
   * Timestamp authorities of the signers, which alone ask them: give both the same. Where the
   * gateway has none, repositories cannot be set to require timestamps.
   */
  Optional<List<URI>> timestampAuthorities();
}
