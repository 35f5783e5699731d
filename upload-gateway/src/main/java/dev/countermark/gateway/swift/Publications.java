package dev.countermark.gateway.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.events.UploadEvents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Takes releases. One is first received and examined on the local disk; then its bytes are stored,
 * then its record is created, which gives the version away exactly once; then the signers are told.
 * A process that dies in between leaves parts for the sweeper, or a record for the reconciler.
 */
final class Publications {
  private final BlobStore store;
  private final PartReceiver parts;
  private final ArchiveCheck check;
  private final UploadEvents events;
  private final SettledReleases settled;
  private final ReleaseForm.Limits limits;
  private final Duration longestWait;
  private final Clock clock;

  Publications(
      BlobStore store,
      PartReceiver parts,
      ArchiveCheck check,
      UploadEvents events,
      SettledReleases settled,
      ReleaseForm.Limits limits,
      Duration longestWait,
      Clock clock) {
    this.store = store;
    this.parts = parts;
    this.check = check;
    this.events = events;
    this.settled = settled;
    this.limits = limits;
    this.longestWait = longestWait;
    this.clock = clock;
  }

  /**
   * One request.
   *
   * @param scope as the publisher wrote it
   * @param name as the publisher wrote it
   * @param signatureFormat as the request's header says
   * @param patience how long the client wants to wait, if it says so
   */
  record Request(
      RepositoryRecord repository,
      SwiftAddresses at,
      Identity identity,
      String scope,
      String name,
      Optional<String> signatureFormat,
      Optional<Duration> patience,
      String contentType,
      InputStream body) {}

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
   * @throws SwiftException when it is refused; then nothing of it is stored
   */
  CompletionStage<Outcome> publish(Request request) throws IOException {
    if (request.signatureFormat().filter(f -> !f.equals(Documents.CMS)).isPresent()) {
      throw new SwiftException(415, "Signatures must have the format " + Documents.CMS + ".");
    }
    String key = SwiftKeys.release(request.repository().repository(), request.identity());
    Optional<StoredObject> existing = store.getUnlikely(key);
    if (existing.isPresent()) {
      refuseUnlessOpen(request, read(existing.get()));
    }
    if (Files.getFileStore(limits.folder()).getUsableSpace() < limits.archive()) {
      throw new SwiftException(503, "The server has no room to receive a release right now.")
          .with("Retry-After", "30");
    }
    // Only now the client is told to go on, if it waits for that.
    try (ReleaseForm form = ReleaseForm.receive(request.body(), request.contentType(), limits)) {
      checkSignatureParts(request, form);
      ArchiveCheck.Checked checked =
          check.check(form, request.repository().settings(new SwiftFormat()));
      List<Part> stored = parts.store(form.archive());
      ReleaseRecord record = record(request, form, checked, stored);
      // When this throws, the record was perhaps written all the same, so the parts stay.
      Optional<ReleaseRecord> winner = create(key, record, existing);
      if (winner.isPresent()) {
        parts.takeBack(stored);
        refuseUnlessOpen(request, winner.get());
        throw new SwiftException(409, "The release was changed meanwhile: publish it again.");
      }
      return announce(record, request.patience())
          .thenApply(release -> new Outcome(release, checked.warnings()));
    }
  }

  private CompletionStage<ReleaseRecord> announce(ReleaseRecord record, Optional<Duration> wait) {
    SettledReleases.Waiter waiter = settled.listen(record);
    try {
      events.uploaded(new SwiftFormat(), record);
    } catch (RuntimeException e) {
      waiter.close();
      throw e;
    }
    Duration patience = wait.filter(w -> w.compareTo(longestWait) < 0).orElse(longestWait);
    return waiter.settled(patience);
  }

  /** A version is given away once; a refused one that nobody ever saw may be tried again. */
  private void refuseUnlessOpen(Request request, ReleaseRecord before) {
    String release = before.scope() + "." + before.name() + " " + before.identity().version();
    if (before.state() == State.RECEIVED) {
      // Perhaps nobody was told yet; telling twice does no harm.
      events.uploaded(new SwiftFormat(), before);
      throw new SwiftException(
              409, release + " is being signed; the address in Location says how it stands.")
          .with("Location", request.at().submission(before));
    }
    if (before.state() == State.DELETED) {
      throw new SwiftException(
          409,
          release
              + " was withdrawn, and its version is not given away again: publish the"
              + " next one.");
    }
    if (before.state() == State.AVAILABLE || before.signed().isPresent()) {
      throw new SwiftException(
              409,
              release + " exists already, and releases never change: publish the next version.")
          .with("Location", request.at().release(before));
    }
  }

  private static void checkSignatureParts(Request request, ReleaseForm form) {
    boolean announced = request.signatureFormat().isPresent();
    if (announced && form.archiveSignature().isEmpty()) {
      throw SwiftException.unprocessable(
          "X-Swift-Package-Signature-Format announces a signature, and there is no part"
              + " source-archive-signature.");
    }
    if (!announced
        && (form.archiveSignature().isPresent() || form.metadataSignature().isPresent())) {
      throw SwiftException.unprocessable(
          "There is a signature, and no header X-Swift-Package-Signature-Format: send it with the"
              + " value "
              + Documents.CMS
              + ".");
    }
    if (announced && form.metadata().isPresent() != form.metadataSignature().isPresent()) {
      throw SwiftException.unprocessable(
          form.metadata().isPresent()
              ? "The archive is signed and the metadata is not: send the part metadata-signature."
              : "There is a metadata-signature and no metadata: send the part metadata.");
    }
  }

  private ReleaseRecord record(
      Request request, ReleaseForm form, ArchiveCheck.Checked checked, List<Part> stored)
      throws IOException {
    return new ReleaseRecord(
        1,
        request.repository().repository(),
        request.identity(),
        request.scope(),
        request.name(),
        new Upload(stored, form.archive().size(), form.archive().sha256()),
        form.metadata(),
        checked.author(),
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        UUID.randomUUID().toString(),
        State.RECEIVED,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Creates the record, or replaces one that was refused.
   *
   * @return empty when it is ours now, else the record that was there first
   */
  private Optional<ReleaseRecord> create(
      String key, ReleaseRecord record, Optional<StoredObject> refused) {
    boolean ours =
        refused.isEmpty()
            ? store.create(key, Json.write(record)).isPresent()
            : store
                .replace(
                    key, Json.write(record.following(read(refused.get()))), refused.get().version())
                .isPresent();
    if (ours) {
      return Optional.empty();
    }
    ReleaseRecord winner =
        store
            .get(key)
            .map(Publications::read)
            .orElseThrow(
                () -> new SwiftException(503, "The release was changed meanwhile: try again."));
    // A store client that lost the answer to its first try is told that the object exists.
    return winner.submission().equals(record.submission()) ? Optional.empty() : Optional.of(winner);
  }

  private static ReleaseRecord read(StoredObject object) {
    return Json.read(object.content(), ReleaseRecord.class);
  }
}
