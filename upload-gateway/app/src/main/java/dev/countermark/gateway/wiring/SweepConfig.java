package dev.countermark.gateway.wiring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The deletion of what nothing refers to. */
@ConfigMapping(prefix = "countermark.gateway.sweep")
interface SweepConfig {
  /** Time between two runs, of all replicas together; 0 for none. */
  @WithDefault("6h")
  Duration interval();

  /** Time between two deletions of what the rules of a repository do not keep; 0 for none. */
  @WithDefault("24h")
  Duration retention();

  /** How old something must be to be deleted; at least 24 hours. */
  @WithDefault("24h")
  Duration grace();
}
