package dev.countermark.gateway.swift;

import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.AppliedPolicy;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Ingest;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.swift.view.SourceIndex;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Takes releases. One is first received and examined on the local disk; then its bytes are stored,
 * then its record is created, which gives the version away exactly once; then the signers are told.
 * A process that dies in between leaves parts for the sweeper, or a record for the reconciler.
 */
final class Publications {
  private static final SwiftFormat FORMAT = new SwiftFormat();

  private final Ingest<ReleaseRecord> ingest;
  private final ArchiveCheck check;
  private final SourceIndex sources;
  private final ReleaseForm.Limits limits;
  private final Waiting waiting;
  private final Clock clock;

  Publications(
      Ingest<ReleaseRecord> ingest,
      ArchiveCheck check,
      SourceIndex sources,
      ReleaseForm.Limits limits,
      Waiting waiting,
      Clock clock) {
    this.ingest = ingest;
    this.check = check;
    this.sources = sources;
    this.limits = limits;
    this.waiting = waiting;
    this.clock = clock;
  }

  /**
   * How publications wait for their signatures.
   *
   * @param longest whatever the client wants
   */
  record Waiting(SettledPackages settled, Duration longest) {}

  /** How long anybody waits at most. */
  Duration longestWait() {
    return waiting.longest();
  }

  /**
   * One request.
   *
   * @param subject who publishes
   * @param scope as the publisher wrote it
   * @param name as the publisher wrote it
   * @param signatureFormat as the request's header says
   * @param patience how long the client waits for the signature
   */
  record Request(
      RepositoryRecord repository,
      SwiftSettings settings,
      String subject,
      SwiftAddresses at,
      Identity identity,
      String scope,
      String name,
      Optional<String> signatureFormat,
      Duration patience,
      String contentType,
      IncomingBody body) {}

  /**
   * What was taken.
   *
   * @param release as it is after waiting
   * @param warnings for whoever published
   */
  record Outcome(ReleaseRecord release, List<String> warnings) {}

  /**
   * Takes a release and waits a while for its signature, without a thread.
   *
   * @throws Failed when it is refused; then nothing of it is stored
   */
  CompletionStage<Outcome> publish(Request request) throws IOException {
    if (request.signatureFormat().filter(f -> !f.equals(RegistryDocuments.CMS)).isPresent()) {
      throw new Failed(415, "Signatures must have the format " + RegistryDocuments.CMS + ".");
    }
    String key = SwiftKeys.release(request.repository().repository(), request.identity());
    Optional<Ingest.Found<ReleaseRecord>> existing = ingest.find(request.repository(), key);
    existing
        .map(Ingest.Found::record)
        .filter(before -> !ingest.isOwed(key, before, request.subject()))
        .ifPresent(before -> refuseUnlessOpen(request, before));
    // Only now the client is told to go on, if it waits for that.
    limits.spool().requireRoom(limits.archive());
    return request
        .body()
        .whole(
            limits.body(),
            piece -> Edge.receiving(() -> publish(request, key, existing, piece.open())))
        .thenCompose(Function.identity());
  }

  private CompletionStage<Outcome> publish(
      Request request, String key, Optional<Ingest.Found<ReleaseRecord>> existing, InputStream body)
      throws IOException {
    try (ReleaseForm form = ReleaseForm.receive(body, request.contentType(), limits)) {
      checkSignatureParts(request, form);
      ArchiveCheck.Checked checked = check.check(form, request.settings());
      Optional<ReleaseRecord> before = existing.map(Ingest.Found::record);
      if (before.isPresent()) {
        if (ingest.settles(key, before.get(), request.subject(), form.archive())) {
          return announce(before.get(), request.patience(), () -> {})
              .thenApply(release -> new Outcome(release, checked.warnings()));
        }
        refuseUnlessOpen(request, before.get());
      }
      if (ingest.wasOthers(request.repository(), key, form.archive())) {
        throw new Failed(
            409,
            "This version was another release's, in a registry of this name before: it is not given"
                + " away again. Publish the next one.");
      }
      Instant acceptedAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      sources.claim(
          request.repository().repository(), request.identity(), acceptedAt, form.metadata());
      Ingest.Taken<ReleaseRecord> taken =
          ingest.take(
              new Ingest.Pushed(request.repository(), request.subject()),
              key,
              form.archive(),
              existing,
              upload -> record(request, form, checked, new Accepted(upload, acceptedAt)));
      if (!taken.ours()) {
        refuseUnlessOpen(request, taken.record());
        throw new Failed(409, "The release was changed meanwhile: publish it again.");
      }
      Runnable acknowledge =
          () -> ingest.acknowledge(request.repository(), key, taken.record(), request.subject());
      return announce(taken.record(), request.patience(), acknowledge)
          .thenApply(release -> new Outcome(release, checked.warnings()));
    }
  }

  private CompletionStage<ReleaseRecord> announce(
      ReleaseRecord record, Duration patience, Runnable acknowledge) {
    String key = SwiftKeys.release(record.repository(), record.identity());
    return waiting.settled().afterTelling(FORMAT, key, record, acknowledge).settled(patience);
  }

  /** A version is given away once; a refused one that nobody ever saw may be tried again. */
  private void refuseUnlessOpen(Request request, ReleaseRecord before) {
    String release = before.scope() + "." + before.name() + " " + before.identity().version();
    if (before.state() == State.RECEIVED) {
      // Perhaps nobody was told yet; telling twice does no harm.
      ingest.announce(before);
      throw new Failed(
              409, release + " is being signed; the address in Location says how it stands.")
          .with("Location", request.at().submission(before));
    }
    if (before.state() == State.DELETED) {
      throw new Failed(
          409,
          release
              + " was withdrawn, and its version is not given away again: publish the"
              + " next one.");
    }
    if (before.state() == State.AVAILABLE || before.signed().isPresent()) {
      throw new Failed(
              409,
              release + " exists already, and releases never change: publish the next version.")
          .with("Location", request.at().release(before));
    }
  }

  private static void checkSignatureParts(Request request, ReleaseForm form) {
    boolean announced = request.signatureFormat().isPresent();
    if (announced && form.archiveSignature().isEmpty()) {
      throw SwiftDialect.unprocessable(
          "X-Swift-Package-Signature-Format announces a signature, and there is no part"
              + " source-archive-signature.");
    }
    if (!announced
        && (form.archiveSignature().isPresent() || form.metadataSignature().isPresent())) {
      throw SwiftDialect.unprocessable(
          "There is a signature, and no header X-Swift-Package-Signature-Format: send it with the"
              + " value "
              + RegistryDocuments.CMS
              + ".");
    }
    if (announced && form.metadata().isPresent() != form.metadataSignature().isPresent()) {
      throw SwiftDialect.unprocessable(
          form.metadata().isPresent()
              ? "The archive is signed and the metadata is not: send the part metadata-signature."
              : "There is a metadata-signature and no metadata: send the part metadata.");
    }
  }

  private record Accepted(Upload upload, Instant at) {}

  private static ReleaseRecord record(
      Request request, ReleaseForm form, ArchiveCheck.Checked checked, Accepted accepted) {
    return new ReleaseRecord(
        1,
        request.repository().repository(),
        request.identity(),
        request.scope(),
        request.name(),
        accepted.upload(),
        form.metadata(),
        checked.author(),
        accepted.at(),
        UUID.randomUUID().toString(),
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.of(
            new AppliedPolicy(
                request.settings().archives(), request.settings().authors(), checked.vouching())));
  }
}
