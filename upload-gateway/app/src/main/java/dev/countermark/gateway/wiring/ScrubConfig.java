package dev.countermark.gateway.wiring;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The comparison of what is stored with the hashes that it must have. */
@ConfigMapping(prefix = "countermark.gateway.scrub")
interface ScrubConfig {
  /** Bytes a second that all replicas together read for it, on the average; 0 for none. */
  @WithDefault("8M")
  MemorySize rate();

  /** Time between the beginnings of two passes over all that is stored, if one is that fast. */
  @WithDefault("168h")
  Duration interval();
}
