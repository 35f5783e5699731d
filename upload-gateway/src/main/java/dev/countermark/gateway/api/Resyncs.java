package dev.countermark.gateway.api;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.NugetRecords;
import dev.countermark.contracts.NugetRecords.VersionRecord;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.OciRecords.ManifestRecord;
import dev.countermark.contracts.OciRecords.State;
import dev.countermark.contracts.PackageFormat;
import dev.countermark.contracts.RepositoryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Queues all packages of a repository for the signers' resync lane. */
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
    long manifests =
        queueAll(
            PackageFormat.OCI,
            ObjectKeys.ociRepository(repository),
            key -> key.contains("/_manifests/") ? manifest(key, campaign) : Optional.empty());
    long packages =
        queueAll(
            PackageFormat.NUGET,
            ObjectKeys.nugetPackages(repository),
            key -> version(key, campaign));
    return new Answers.Resync(campaign, manifests, packages);
  }

  private long queueAll(
      PackageFormat format,
      String prefix,
      Function<String, Optional<PackageResyncRequested>> request) {
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    long queued = 0;
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        Optional<PackageResyncRequested> wanted = request.apply(entry.key());
        if (wanted.isPresent()) {
          waiting.add(publisher.publish(format, wanted.get()).toCompletableFuture());
          queued++;
        }
        if (waiting.size() == IN_FLIGHT) {
          await(waiting);
        }
      }
    } while (page.more());
    await(waiting);
    return queued;
  }

  private Optional<PackageResyncRequested> manifest(String key, String campaign) {
    return records
        .read(key, ManifestRecord.class)
        .filter(m -> m.state() != State.EXEMPT)
        .map(m -> new PackageResyncRequested(m.repository(), m.name(), m.digest(), campaign));
  }

  private Optional<PackageResyncRequested> version(String key, String campaign) {
    return records
        .read(key, VersionRecord.class)
        .filter(v -> v.state() != NugetRecords.State.DELETED)
        .map(
            v ->
                new PackageResyncRequested(
                    v.repository(),
                    v.identity().toString(),
                    "sha256:" + v.upload().sha256(),
                    campaign));
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
