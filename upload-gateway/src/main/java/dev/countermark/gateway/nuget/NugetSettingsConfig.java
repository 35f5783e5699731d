package dev.countermark.gateway.nuget;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Settings of the NuGet feeds of this gateway. */
@ConfigMapping(prefix = "countermark.nuget")
interface NugetSettingsConfig {
  /** Largest package. */
  @WithDefault("250M")
  MemorySize maxPackageSize();

  /** Folder for packages that are being received; default: one in the system's temporary folder. */
  Optional<Path> spool();
}
