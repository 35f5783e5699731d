package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.NugetRecords;
import dev.countermark.contracts.NugetRecords.VersionRecord;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.OciRecords.ManifestRecord;
import dev.countermark.contracts.OciRecords.State;
import dev.countermark.contracts.SwiftRecords;
import dev.countermark.contracts.SwiftRecords.ReleaseRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Finds packages that wait for their signature although nobody may have told the signers: the
 * gateway ended between record and event. Telling them twice does no harm.
 */
public final class Reconciler {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LOOK_BACK = Duration.ofHours(24);

  /** Nobody waits for it: it rests this many times as long as it worked. */
  private static final long REST = 4;

  private final BlobStore store;
  private final Records records;
  private final UploadEvents events;
  private final Clock clock;
  private Instant from = Instant.MIN;

  public Reconciler(BlobStore store, UploadEvents events, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.events = events;
    this.clock = clock;
  }

  /**
   * Looks at everything that was written since the last sweep, at first since a day ago.
   *
   * @return how many were published again
   */
  public int sweep() {
    Instant now = clock.instant();
    Instant since = from.equals(Instant.MIN) ? now.minus(LOOK_BACK) : from;
    Instant until = now.minus(PATIENCE);
    int published =
        sweep("oci/", key -> key.contains("/_manifests/"), since, until, this::publishManifest)
            + sweep(
                ObjectKeys.NUGET,
                key -> key.contains("/packages/"),
                since,
                until,
                this::publishVersion)
            + sweep(
                ObjectKeys.SWIFT,
                key -> ObjectKeys.SWIFT_RECORD.matcher(key).matches(),
                since,
                until,
                this::publishRelease);
    // What is younger than the patience is looked at the next time; and a published one again.
    from = until.minus(PATIENCE);
    return published;
  }

  private int sweep(
      String prefix,
      Predicate<String> wanted,
      Instant since,
      Instant until,
      ToIntFunction<String> publish) {
    int published = 0;
    String after = "";
    BlobStore.Page page;
    do {
      long began = System.nanoTime();
      page = store.list(prefix, after, 1000);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        boolean candidate =
            wanted.test(entry.key())
                && entry.lastModified().isAfter(since)
                && entry.lastModified().isBefore(until);
        if (candidate) {
          published += publish.applyAsInt(entry.key());
        }
      }
      if (page.more()) {
        LockSupport.parkNanos(REST * (System.nanoTime() - began));
      }
    } while (page.more());
    return published;
  }

  private int publishManifest(String key) {
    return records
        .read(key, ManifestRecord.class)
        .filter(m -> m.state() == State.RECEIVED)
        .map(
            m -> {
              events.uploaded(m);
              return 1;
            })
        .orElse(0);
  }

  private int publishRelease(String key) {
    return records
        .read(key, ReleaseRecord.class)
        .filter(r -> r.state() == SwiftRecords.State.RECEIVED)
        .map(
            r -> {
              events.uploaded(r);
              return 1;
            })
        .orElse(0);
  }

  private int publishVersion(String key) {
    return records
        .read(key, VersionRecord.class)
        .filter(v -> v.state() == NugetRecords.State.RECEIVED)
        .map(
            v -> {
              events.uploaded(v);
              return 1;
            })
        .orElse(0);
  }
}
