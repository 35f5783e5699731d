package dev.countermark.signer.oci;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** How this signer divides its work and its patience; times in ISO 8601 or as {@code 500ms}. */
@ConfigMapping(prefix = "countermark.signer")
interface SignerConfig {
  /**
   * Threads that sign, uploads and resyncs together. They mostly wait for the object store and the
   * key service, so there are many more than cores.
   */
  @WithDefault("32")
  int threads();

  /**
   * Uploads accepted from Kafka and not yet dealt with, those that wait for another try included.
   */
  @WithDefault("256")
  int uploadSlots();

  /** The same for resyncs. */
  @WithDefault("16")
  int resyncSlots();

  /** Threads that resyncs may use at the same time; the rest is always free for uploads. */
  @WithDefault("4")
  int resyncThreads();

  /**
   * How long an upload may see a repository's earlier settings; saves a read per image. A resync
   * always reads them.
   */
  @WithDefault("2s")
  Duration settingsTtl();

  /** What happens after transient failures. */
  Retry retry();

  /** Limits on one request. */
  Limits limits();

  /** Exponential backoff with full jitter. */
  interface Retry {
    /** Upper bound of the wait after the first failure; doubles with each. */
    @WithDefault("100ms")
    Duration base();

    /** Upper bound of every wait. */
    @WithDefault("5s")
    Duration cap();

    /** Tries in all before a record becomes a dead letter. */
    @WithDefault("1000")
    int maxAttempts();

    /** Time in all before a record becomes a dead letter. */
    @WithDefault("15m")
    Duration maxElapsed();
  }

  /** Beyond these an index is refused as TOO_LARGE. */
  interface Limits {
    /** Indexes within indexes, the outermost counted. */
    @WithDefault("8")
    @WithName("index-depth")
    int indexDepth();

    /** Manifests of one index, with all below it. */
    @WithDefault("1000")
    @WithName("index-manifests")
    int indexManifests();
  }
}
