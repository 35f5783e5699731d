package dev.countermark.gateway.api;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.gateway.api.Problem.Kind;
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

  /** Of what breaks, so many are named in an answer, and so many in a problem. */
  private static final int MAX_LISTED = 100;

  private static final int MAX_NAMED = 20;

  private static final String REMEDY =
      "Each of them must delete ~/.swiftpm/security/fingerprints/<scope>.<name>.json and run swift"
          + " package purge-cache.";

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
   * @param confirmed whether the caller knows that {@link ResyncMode#RESIGN_ALL} breaks clients
   * @throws ProblemException when he does not; says what would break
   * @throws Failure.Transient when store or broker are away; what was queued before stays queued,
   *     and asking again does no harm
   */
  Answers.Resync start(RepositoryName repository, ResyncMode mode, boolean confirmed) {
    List<String> broken = List.of();
    if (mode == ResyncMode.RESIGN_ALL) {
      Breakage breakage = breakage(repository);
      if (!confirmed && breakage.count() > 0) {
        throw breakage.problem();
      }
      broken = breakage.first();
    }
    String campaign = UUID.randomUUID().toString();
    long manifests =
        queueAll(
            new OciFormat(),
            OciKeys.repository(repository),
            key -> key.contains("/_manifests/") ? manifest(key, campaign, mode) : Optional.empty());
    long packages =
        queueAll(
            new NugetFormat(), NugetKeys.packages(repository), key -> version(key, campaign, mode));
    long releases =
        queueAll(
            new SwiftFormat(), SwiftKeys.packages(repository), key -> release(key, campaign, mode));
    return new Answers.Resync(
        campaign,
        manifests,
        packages,
        releases,
        mode,
        broken.isEmpty() ? null : broken,
        broken.isEmpty() ? null : REMEDY);
  }

  /**
   * Releases that clients remember and that would not be the same any more.
   *
   * @param first of them
   */
  private record Breakage(long count, List<String> first) {
    ProblemException problem() {
      return new ProblemException(
          Kind.CONFIRMATION_NEEDED,
          "resign-all changes what clients remember: everybody who resolved one of "
              + count
              + " releases will be refused it, among them "
              + String.join(", ", first.subList(0, Math.min(first.size(), MAX_NAMED)))
              + ". "
              + REMEDY
              + " rotate-archive renews signatures without that; to go on all the same send"
              + " {\"mode\":\"resign-all\",\"confirm\":true}");
    }
  }

  /** Releases that keep their author's signature stay as they are. */
  private Breakage breakage(RepositoryName repository) {
    List<String> first = new ArrayList<>();
    long count = 0;
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(SwiftKeys.packages(repository), after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        Optional<ReleaseRecord> release =
            records
                .read(entry.key(), ReleaseRecord.class)
                .filter(r -> r.state() == State.AVAILABLE)
                .filter(r -> r.signed().filter(s -> s.signer().by() == SignedBy.AUTHOR).isEmpty());
        if (release.isPresent()) {
          count++;
          if (first.size() < MAX_LISTED) {
            first.add(release.get().identity().id() + " " + release.get().identity().version());
          }
        }
      }
    } while (page.more());
    return new Breakage(count, List.copyOf(first));
  }

  private long queueAll(
      Format<?, ?> format,
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

  private Optional<PackageResyncRequested> manifest(String key, String campaign, ResyncMode mode) {
    return records
        .read(key, ManifestRecord.class)
        .filter(m -> m.state() != State.EXEMPT)
        .map(m -> new PackageResyncRequested(m.repository(), m.name(), m.digest(), campaign, mode));
  }

  private Optional<PackageResyncRequested> version(String key, String campaign, ResyncMode mode) {
    return records
        .read(key, VersionRecord.class)
        .filter(v -> v.state() != State.DELETED)
        .map(
            v ->
                new PackageResyncRequested(
                    v.repository(),
                    v.identity().toString(),
                    "sha256:" + v.upload().sha256(),
                    campaign,
                    mode));
  }

  private Optional<PackageResyncRequested> release(String key, String campaign, ResyncMode mode) {
    return records
        .read(key, ReleaseRecord.class)
        .filter(r -> r.state() != State.DELETED)
        // What a publisher took back stays so.
        .filter(r -> r.refusal().filter(n -> n.code() == Refusal.CANCELLED).isEmpty())
        .map(
            r ->
                new PackageResyncRequested(
                    r.repository(),
                    r.identity().toString(),
                    "sha256:" + r.upload().sha256(),
                    campaign,
                    mode));
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
