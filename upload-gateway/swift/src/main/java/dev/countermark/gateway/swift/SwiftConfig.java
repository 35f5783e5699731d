package dev.countermark.gateway.swift;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the Swift registries of this gateway. */
@ConfigMapping(prefix = "countermark.swift")
interface SwiftConfig {
  /** Largest source archive. */
  @WithDefault("512M")
  MemorySize maxArchiveSize();

  /** Largest {@code package-metadata.json}. */
  @WithDefault("1M")
  MemorySize maxMetadataSize();

  /** Largest signature of an author. */
  @WithDefault("64K")
  MemorySize maxSignatureSize();

  /**
   * How long a publication waits for its signature before it is answered with 202; zero not to
   * wait. Keep it below the time that proxies in front of the gateway wait.
   */
  @WithDefault("PT10S")
  Duration publishWait();
}
