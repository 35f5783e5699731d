package dev.countermark.gateway.nuget;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the NuGet feeds of this gateway. */
@ConfigMapping(prefix = "countermark.nuget")
interface FeedConfig {
  /** Largest package. */
  @WithDefault("250M")
  MemorySize maxPackageSize();
}
