package dev.countermark.signer.service;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;

/**
 * What this signer signs, how it divides its work and its patience; times in ISO 8601 or as {@code
 * 500ms}.
 */
@ConfigMapping(prefix = "countermark.signer")
public interface SignerConfig {
  /**
   * Formats that this process signs, by their labels, or {@code all}. Each has consumer groups of
   * its own, so that one process may sign them all, or several some each.
   */
  @WithDefault("all")
  List<String> formats();

  /**
   * Threads that sign, uploads and resyncs of all formats together. They mostly wait for the object
   * store and the key service, so there are many more than cores.
   */
  @WithDefault("32")
  int threads();

  /**
   * Memory for the records of uploads of each format that were accepted from Kafka, and neither are
   * dealt with nor rest; about 3 KB each. Repositories take turns among them.
   */
  @WithDefault("4M")
  MemorySize uploadMemory();

  /** The same for resyncs. */
  @WithDefault("256K")
  MemorySize resyncMemory();

  /**
   * Memory for the records of all formats that rest before another try, a quarter of it for one
   * repository; about 3 KB each. What finds no room is handed in again later.
   */
  @WithDefault("16M")
  MemorySize restingMemory();

  /** Threads that resyncs may use at the same time; the rest is always free for uploads. */
  @WithDefault("4")
  int resyncThreads();

  /**
   * Share of the heap that packages may take while they are signed, above 0 and below 1; what finds
   * no room waits. Enough must stay for records, Kafka and everything else.
   */
  @WithDefault("0.33")
  double memoryShare();

  /**
   * How long an upload may see a repository's earlier settings; saves a read per package. A resync
   * always reads them.
   */
  @WithDefault("2s")
  Duration settingsTtl();

  /** What happens after transient failures. */
  Retry retry();

  /** Exponential backoff with full jitter. */
  interface Retry {
    /** Upper bound of the wait after the first failure; doubles with each. */
    @WithDefault("100ms")
    Duration base();

    /** Upper bound of every wait. */
    @WithDefault("30s")
    Duration cap();

    /**
     * Tries in all before a record becomes a dead letter. An upload is then tried once after each
     * {@link #rest}.
     */
    @WithDefault("40")
    int maxAttempts();

    /** Time in all before a record becomes a dead letter. */
    @WithDefault("15m")
    Duration maxElapsed();

    /**
     * Wait of an upload whose tries are used up, or that waits for something that does not pass by
     * itself; up to a quarter longer, and until the gateway looks after it, which it does once a
     * minute.
     */
    @WithDefault("15m")
    Duration rest();
  }
}
