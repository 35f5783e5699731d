package dev.countermark.gateway.api;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.OciRecords.ManifestRecord;
import dev.countermark.contracts.OciRecords.State;
import dev.countermark.contracts.RepositoryName;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Queues all manifests of a repository for the signers' resync lane. */
final class Resyncs {
  private static final int PAGE = 1_000;

  /** So many requests may wait for the broker; bounds memory. */
  private static final int IN_FLIGHT = 256;

  private final BlobStore store;
  private final Records records;
  private final ResyncPublisher publisher;

  Resyncs(BlobStore store, ResyncPublisher publisher) {
    this.store = store;
    this.records = new Records(store);
    this.publisher = publisher;
  }

  /**
   * Lists the whole repository: an operator's act, not a request's. What is never signed is left
   * out.
   *
   * @throws Failure.Transient when store or broker are away; what was queued before stays queued,
   *     and asking again does no harm
   */
  Answers.Resync start(RepositoryName repository) {
    String campaign = UUID.randomUUID().toString();
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    long manifests = 0;
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(ObjectKeys.ociRepository(repository), after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        if (entry.key().contains("/_manifests/") && queue(entry.key(), campaign, waiting)) {
          manifests++;
        }
        if (waiting.size() == IN_FLIGHT) {
          await(waiting);
        }
      }
    } while (page.more());
    await(waiting);
    return new Answers.Resync(campaign, manifests);
  }

  private boolean queue(String key, String campaign, List<CompletableFuture<Void>> waiting) {
    var manifest = records.read(key, ManifestRecord.class).filter(m -> m.state() != State.EXEMPT);
    manifest.ifPresent(
        m ->
            waiting.add(
                publisher
                    .publish(
                        new PackageResyncRequested(m.repository(), m.name(), m.digest(), campaign))
                    .toCompletableFuture()));
    return manifest.isPresent();
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
