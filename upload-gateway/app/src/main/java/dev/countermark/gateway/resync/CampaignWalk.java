package dev.countermark.gateway.resync;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.PackageRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Goes over the packages that campaigns are about, page by page, in the order of their keys. Used
 * by one thread.
 */
final class CampaignWalk {
  private static final Logger LOG = Logger.getLogger(CampaignWalk.class);

  /** Records that are read at a time. */
  private static final int AT_A_TIME = 8;

  /** Longer than the store's client is patient. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Keys of a list. */
  private static final int LISTED = 1_000;

  private final BlobStore store;
  private final Records records;
  private final int size;
  private final Executor reads;

  /**
   * Keys behind the place that it has come to. There are stores that look at everything for each
   * list, however short. Of one campaign, while one gateway is at it: another one would miss what
   * was pushed since.
   */
  private List<String> ahead = List.of();

  private String place = "";

  /**
   * @param size objects of a page, some of which are no packages
   * @param reads of the store
   */
  CampaignWalk(BlobStore store, int size, Executor reads) {
    this.reads = reads;
    this.store = store;
    this.records = new Records(store);
    this.size = size;
  }

  /** What is done with each package. */
  interface Visit {
    <R extends PackageRecord<R>> void look(Format<R, ?> format, R record);
  }

  /**
   * @param position behind which the next page begins
   * @param ended whether there is none after it
   */
  record Page(String position, boolean ended) {}

  /** Looks at the packages after a position. */
  Page go(CampaignOrder order, String position, Visit visit) {
    for (Format<?, ?> format : order.formats()) {
      String prefix = order.prefix(format);
      boolean within = position.startsWith(prefix);
      if (!within && position.compareTo(prefix) > 0) {
        continue; // before
      }
      List<String> keys = keys(prefix, within ? position : "");
      if (!keys.isEmpty()) {
        List<String> some = keys.subList(0, Math.min(size, keys.size()));
        look(order, format, some.stream().filter(format::isRecord).toList(), visit);
        String next = format.nextRecords(some.get(some.size() - 1));
        List<String> rest = keys.stream().filter(key -> key.compareTo(next) > 0).toList();
        ahead = rest;
        place = place(prefix, next);
        return new Page(next, false);
      }
    }
    return new Page(position, true);
  }

  private static String place(String prefix, String position) {
    return prefix + "\n" + position;
  }

  /** Those that were listed ahead, or else some more. */
  private List<String> keys(String prefix, String after) {
    return !ahead.isEmpty() && place.equals(place(prefix, after))
        ? ahead
        : store.list(prefix, after, LISTED).entries().stream().map(BlobStore.Entry::key).toList();
  }

  /** Several at a time: a store may be far away, and answer many as soon as one. */
  private <R extends PackageRecord<R>> void look(
      CampaignOrder order, Format<R, ?> format, List<String> keys, Visit visit) {
    for (int from = 0; from < keys.size(); from += AT_A_TIME) {
      List<CompletableFuture<Optional<R>>> reading =
          keys.subList(from, Math.min(keys.size(), from + AT_A_TIME)).stream()
              .map(key -> CompletableFuture.supplyAsync(() -> read(format, key), reads))
              .toList();
      for (CompletableFuture<Optional<R>> record : reading) {
        done(record).filter(r -> order.isAbout(format, r)).ifPresent(r -> visit.look(format, r));
      }
    }
  }

  private static <T> T done(CompletableFuture<T> read) {
    try {
      return read.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new Failure.Transient("the store does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Transient("the gateway stops", e);
    }
  }

  private <R extends PackageRecord<R>> Optional<R> read(Format<R, ?> format, String key) {
    try {
      return records.read(key, format.recordType());
    } catch (MalformedJsonException e) {
      // The others must not wait for one that is damaged.
      LOG.warnf("the record %s is left out of a resync: %s", key, e.getMessage());
      return Optional.empty();
    }
  }
}
