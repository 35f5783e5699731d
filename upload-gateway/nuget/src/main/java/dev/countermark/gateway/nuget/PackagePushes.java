package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.AppliedPolicy;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.ingest.InspectedPackage;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.Spool;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Ingest;
import dev.countermark.gateway.kit.SettledPackages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Takes packages. A push is first received and examined on the local disk; then its bytes are
 * stored, then its record is created, which gives the identity away exactly once; then the signers
 * are told. A process that dies in between leaves parts for the sweeper, or a record for the
 * reconciler.
 */
final class PackagePushes {
  private static final NugetFormat FORMAT = new NugetFormat();

  private final SymbolPushes symbols;
  private final Ingest<VersionRecord> ingest;
  private final PackageIntake intake;
  private final SignatureCheck signatures;
  private final Waiting waiting;
  private final Clock clock;

  PackagePushes(
      BlobStore store,
      PartReceiver parts,
      Ingest<VersionRecord> ingest,
      PackageIntake intake,
      SignatureCheck signatures,
      Waiting waiting,
      Clock clock) {
    this.waiting = waiting;
    this.symbols = new SymbolPushes(store, parts, ingest.fence(), intake, clock);
    this.ingest = ingest;
    this.intake = intake;
    this.signatures = signatures;
    this.clock = clock;
  }

  /**
   * One request.
   *
   * @param session what the client calls its session, if it says so
   * @param subject who pushes
   * @param patience how long the client waits for the signature
   */
  record Request(
      RepositoryRecord repository,
      InputStream body,
      String contentType,
      Optional<String> session,
      String subject,
      Duration patience) {}

  /**
   * What was taken.
   *
   * @param version as it is when it is signed or refused, or when patience ends
   * @param warnings for whoever pushed
   */
  record Accepted(CompletionStage<VersionRecord> version, List<String> warnings) {}

  /** How long anybody waits at most. */
  Duration longestWait() {
    return waiting.longest();
  }

  /**
   * How pushes wait for their signatures.
   *
   * @param longest whatever the client wants
   */
  record Waiting(SettledPackages settled, Duration longest) {}

  /**
   * Takes a package.
   *
   * @throws Failed when it is refused; then nothing of it is stored
   */
  Accepted push(Request request) throws IOException {
    try (Spool file = intake.receive(request)) {
      InspectedPackage found = intake.inspect(file, request.repository());
      Identity identity = identity(found.nuspec());
      List<String> warnings = signatures.check(found.archive(), request.repository());
      Optional<String> session = request.session().map(s -> sha256(s + "\n" + request.subject()));
      String key = NugetKeys.version(request.repository().repository(), identity);
      Optional<Ingest.Found<VersionRecord>> existing = ingest.find(request.repository(), key);
      if (existing.filter(e -> isTaken(e.record())).isPresent()) {
        return repeated(request, existing.get().record(), file, session, warnings);
      }
      if (ingest.wasOthers(request.repository(), key, file)) {
        throw new Failed(
            409, "This version was another package's, and its number is not given away again.");
      }
      String contentHash = contentHash(found.archive(), file);
      Ingest.Taken<VersionRecord> taken =
          ingest.take(
              new Ingest.Pushed(request.repository(), request.subject()),
              key,
              file,
              existing,
              upload -> record(request.repository(), found, upload, contentHash, session));
      if (!taken.ours()) {
        return repeated(request, taken.record(), file, session, warnings);
      }
      return accepted(
          request,
          taken.record(),
          warnings,
          () -> ingest.acknowledge(request.repository(), key, taken.record(), request.subject()));
    }
  }

  private Accepted accepted(
      Request request, VersionRecord version, List<String> warnings, Runnable acknowledge) {
    String key = NugetKeys.version(version.repository(), version.identity());
    return new Accepted(
        waiting
            .settled()
            .afterTelling(FORMAT, key, version, acknowledge)
            .settled(request.patience()),
        warnings);
  }

  /** What was signed once is somebody's, whatever became of it. */
  private static boolean isTaken(VersionRecord record) {
    return record.state() != State.REFUSED || record.signed().isPresent();
  }

  private VersionRecord record(
      RepositoryRecord repository,
      InspectedPackage found,
      Upload upload,
      String contentHash,
      Optional<String> session) {
    return new VersionRecord(
        1,
        repository.repository(),
        identity(found.nuspec()),
        found.nuspec().id().value(),
        found.nuspec().version().full(),
        upload,
        contentHash,
        Bytes.of(found.nuspecBytes()),
        found.icon(),
        found.readme(),
        found.license(),
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        session,
        true,
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.of(AppliedPolicy.of(repository.settings(new NugetFormat()))));
  }

  /** The same request again is answered as before; everything else finds the identity taken. */
  private Accepted repeated(
      Request request,
      VersionRecord before,
      Spool spool,
      Optional<String> session,
      List<String> warnings) {
    String key = NugetKeys.version(before.repository(), before.identity());
    if (before.state() != State.DELETED && ingest.settles(key, before, request.subject(), spool)) {
      return accepted(request, before, warnings, () -> {});
    }
    boolean same =
        before.state() != State.DELETED
            && session.isPresent()
            && session.equals(before.pushSession())
            && before.upload().sha256().equals(spool.sha256());
    if (before.state() == State.RECEIVED) {
      // Perhaps nobody was told yet; telling twice does no harm.
      ingest.announce(before);
    }
    if (!same) {
      throw new Failed(
          409,
          before.state() == State.DELETED
              ? "This version was deleted, and its number is not given away again."
              : "The feed already has "
                  + before.id()
                  + " "
                  + before.version()
                  + "; use --skip-duplicate to go on.");
    }
    return accepted(request, before, warnings, () -> {});
  }

  static Identity identity(Nuspec nuspec) {
    return Identity.find(nuspec.id().lower(), nuspec.version().lower())
        .orElseThrow(() -> new Failed(400, "Id or version is too long."));
  }

  /** What lock files hold; of an unsigned package it is the hash of the file. */
  private static String contentHash(PackageArchive archive, Spool spool) throws IOException {
    try {
      byte[] hash =
          archive.signature().isEmpty() ? spool.hash("SHA-512") : archive.hash(Digests.sha512());
      return Base64.getEncoder().encodeToString(hash);
    } catch (MalformedArchiveException e) {
      throw FeedDialect.refused(e.code(), e.getMessage());
    }
  }

  private static String sha256(String text) {
    return HexFormat.of().formatHex(Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Takes a symbols package.
   *
   * @return warnings for whoever pushed
   * @throws Failed when it is refused; then nothing of it is stored
   */
  List<String> pushSymbols(Request request) throws IOException {
    return symbols.push(request);
  }
}
