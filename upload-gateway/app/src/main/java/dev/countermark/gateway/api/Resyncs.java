package dev.countermark.gateway.api;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormat.Breakage;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Queues all packages of a repository for the signers' resync lane. */
final class Resyncs {
  private static final Logger LOG = Logger.getLogger(Resyncs.class);
  private static final int PAGE = 1_000;

  /** So many requests may wait for the broker; bounds memory. */
  private static final int IN_FLIGHT = 256;

  /** Of what breaks, so many are named in an answer, and so many in a problem. */
  private static final int MAX_LISTED = 100;

  private static final int MAX_NAMED = 20;

  private final BlobStore store;
  private final Records records;
  private final GatewayFormats formats;
  private final ResyncPublisher publisher;

  Resyncs(BlobStore store, GatewayFormats formats, ResyncPublisher publisher) {
    this.store = store;
    this.formats = formats;
    this.records = new Records(store);
    this.publisher = publisher;
  }

  /**
   * Lists the whole repository: an operator's act, not a request's. What is never signed is left
   * out.
   *
   * @param confirmed whether the caller knows that {@link ResyncMode#RESIGN_ALL} breaks clients
   * @throws ProblemException when he does not; says what would break
   * @throws Failure.Transient when store or broker are away; what was queued before stays queued,
   *     and asking again does no harm
   */
  Answers.Resync start(RepositoryName repository, ResyncMode mode, boolean confirmed) {
    Broken broken = new Broken();
    if (mode == ResyncMode.RESIGN_ALL) {
      formats.all().forEach(format -> look(format, repository, broken));
      if (!confirmed && broken.count > 0) {
        throw broken.problem();
      }
    }
    String campaign = UUID.randomUUID().toString();
    Map<String, Long> queued = new TreeMap<>();
    for (Format<?, ?> format : Formats.all()) {
      queued.put(format.label(), queueAll(format, repository, campaign, mode));
    }
    return new Answers.Resync(
        campaign,
        queued,
        mode,
        broken.first.isEmpty() ? null : List.copyOf(broken.first),
        broken.first.isEmpty() ? null : String.join(" ", broken.remedies));
  }

  /** Packages that clients remember and that would not be the same any more. */
  private static final class Broken {
    private final List<String> first = new ArrayList<>();
    private final List<String> remedies = new ArrayList<>();
    private long count;

    ProblemException problem() {
      return new ProblemException(
          Kind.CONFIRMATION_NEEDED,
          "resign-all changes what clients remember: everybody who resolved one of "
              + count
              + " packages will be refused it, among them "
              + String.join(", ", first.subList(0, Math.min(first.size(), MAX_NAMED)))
              + ". "
              + String.join(" ", remedies)
              + " rotate-archive renews signatures without that; to go on all the same send"
              + " {\"mode\":\"resign-all\",\"confirm\":true}");
    }
  }

  private <R extends PackageRecord<R>> void look(
      GatewayFormat<R, ?> format, RepositoryName repository, Broken broken) {
    Optional<Breakage<R>> breakage = format.breakage();
    if (breakage.isEmpty()) {
      return;
    }
    long before = broken.count;
    each(
        format.format(),
        repository,
        record ->
            breakage
                .get()
                .broken(record)
                .ifPresent(
                    name -> {
                      broken.count++;
                      if (broken.first.size() < MAX_LISTED) {
                        broken.first.add(name);
                      }
                    }));
    if (broken.count > before) {
      broken.remedies.add(breakage.get().remedy());
    }
  }

  private <R extends PackageRecord<R>> long queueAll(
      Format<R, ?> format, RepositoryName repository, String campaign, ResyncMode mode) {
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    long[] queued = new long[1];
    each(
        format,
        repository,
        record -> {
          if (isSignable(record)) {
            waiting.add(
                publisher
                    .publish(
                        format,
                        new PackageResyncRequested(
                            record.repository(),
                            record.packageName(),
                            record.digest(),
                            campaign,
                            mode))
                    .toCompletableFuture());
            queued[0]++;
          }
          if (waiting.size() == IN_FLIGHT) {
            await(waiting);
          }
        });
    await(waiting);
    return queued[0];
  }

  private static boolean isSignable(PackageRecord<?> record) {
    return !record.neverSigned() && record.state() != State.DELETED && !record.isTakenBack();
  }

  private <R extends PackageRecord<R>> void each(
      Format<R, ?> format, RepositoryName repository, Consumer<R> action) {
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(format.records(repository), after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        if (format.isRecord(entry.key())) {
          read(format, entry.key()).ifPresent(action);
        }
      }
    } while (page.more());
  }

  /** The others must not wait for one that is damaged. */
  private <R extends PackageRecord<R>> Optional<R> read(Format<R, ?> format, String key) {
    try {
      return records.read(key, format.recordType());
    } catch (Json.MalformedJsonException e) {
      LOG.warnf("the record %s is left out of a resync: %s", key, e.getMessage());
      return Optional.empty();
    }
  }

  private static void await(List<CompletableFuture<Void>> waiting) {
    try {
      CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw new Failure.Transient("the broker did not take a resync request", e.getCause());
    }
    waiting.clear();
  }
}
