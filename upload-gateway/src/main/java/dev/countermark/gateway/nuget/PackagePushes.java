package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.SymbolsRecord;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.ingest.InspectedPackage;
import dev.countermark.format.nuget.ingest.PackageInspector;
import dev.countermark.format.nuget.ingest.RefusedPackageException;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.Spool;
import dev.countermark.gateway.events.UploadEvents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Takes packages. A push is first received and examined on the local disk; then its bytes are
 * stored, then its record is created, which gives the identity away exactly once; then the signers
 * are told. A process that dies in between leaves parts for the sweeper, or a record for the
 * reconciler.
 */
final class PackagePushes {
  /**
   * @param bytes largest package
   * @param spool folder for what is being received
   */
  record Limits(long bytes, Path spool) {}

  private final BlobStore store;
  private final Records records;
  private final PartReceiver parts;
  private final PackageInspector inspector;
  private final SignatureCheck signatures;
  private final UploadEvents events;
  private final Limits limits;
  private final Clock clock;

  PackagePushes(
      BlobStore store,
      PartReceiver parts,
      PackageInspector inspector,
      SignatureCheck signatures,
      UploadEvents events,
      Limits limits,
      Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.parts = parts;
    this.inspector = inspector;
    this.signatures = signatures;
    this.events = events;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * One request.
   *
   * @param session what the client calls its session, if it says so
   * @param subject who pushes
   */
  record Request(
      RepositoryRecord repository,
      InputStream body,
      String contentType,
      Optional<String> session,
      String subject) {}

  /**
   * What was taken.
   *
   * @param warnings for whoever pushed
   */
  record Accepted(Identity identity, List<String> warnings) {}

  /**
   * Takes a package.
   *
   * @throws NugetException when it is refused; then nothing of it is stored
   */
  Accepted push(Request request) throws IOException {
    try (Spool spool = receive(request)) {
      InspectedPackage found = inspect(spool);
      Identity identity = identity(found.nuspec());
      List<String> warnings = signatures.check(found.archive(), request.repository());
      RepositoryName repository = request.repository().repository();
      Optional<String> session = request.session().map(s -> sha256(s + "\n" + request.subject()));
      String key = NugetKeys.version(repository, identity);
      Optional<StoredObject> existing = store.getUnlikely(key);
      if (existing.isPresent()) {
        VersionRecord before = read(existing.get());
        if (before.state() != State.REFUSED) {
          return repeated(before, spool, session, warnings);
        }
      }
      String contentHash = contentHash(found.archive(), spool);
      List<Part> stored = parts.store(spool);
      VersionRecord record =
          new VersionRecord(
              1,
              repository,
              identity,
              found.nuspec().id().value(),
              found.nuspec().version().full(),
              new Upload(stored, spool.size(), spool.sha256()),
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
              Optional.empty());
      // When this throws, the record was perhaps written all the same, so the parts stay.
      Optional<VersionRecord> winner = create(key, record, existing);
      if (winner.isPresent()) {
        parts.takeBack(stored);
        return repeated(winner.get(), spool, session, warnings);
      }
      events.uploaded(new NugetFormat(), record);
      return new Accepted(identity, warnings);
    }
  }

  /**
   * Creates the record, or replaces one that was refused.
   *
   * @return empty when it is ours now, else the record that was there first
   */
  private Optional<VersionRecord> create(
      String key, VersionRecord record, Optional<StoredObject> refused) {
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
    VersionRecord winner =
        store
            .get(key)
            .map(PackagePushes::read)
            .orElseThrow(
                () -> new NugetException(503, "The package changed meanwhile: try again."));
    // A store client that lost the answer to its first try is told that the object exists.
    return winner.upload().parts().equals(record.upload().parts())
        ? Optional.empty()
        : Optional.of(winner);
  }

  private static VersionRecord read(StoredObject object) {
    return Json.read(object.content(), VersionRecord.class);
  }

  /** The same request again is answered as before; everything else finds the identity taken. */
  private Accepted repeated(
      VersionRecord before, Spool spool, Optional<String> session, List<String> warnings) {
    boolean same =
        before.state() != State.DELETED
            && session.isPresent()
            && session.equals(before.pushSession())
            && before.upload().sha256().equals(spool.sha256());
    if (before.state() == State.RECEIVED) {
      // Perhaps nobody was told yet; telling twice does no harm.
      events.uploaded(new NugetFormat(), before);
    }
    if (!same) {
      throw new NugetException(
          409,
          before.state() == State.DELETED
              ? "This version was deleted, and its number is not given away again."
              : "The feed already has "
                  + before.id()
                  + " "
                  + before.version()
                  + "; use --skip-duplicate to go on.");
    }
    return new Accepted(before.identity(), warnings);
  }

  private Spool receive(Request request) throws IOException {
    if (Files.getFileStore(limits.spool()).getUsableSpace() < limits.bytes()) {
      throw new NugetException(503, "The server has no room to receive a package right now.")
          .with("Retry-After", "30");
    }
    try {
      return Spool.receive(
          to -> FirstPart.copy(request.body(), request.contentType(), to),
          limits.spool(),
          limits.bytes(),
          "SHA-512");
    } catch (Spool.TooLargeException e) {
      throw new NugetException(
          413, "The package is larger than " + (limits.bytes() >> 20) + " MB.");
    }
  }

  private InspectedPackage inspect(Spool spool) throws IOException {
    try {
      return inspector.inspect(spool.path(), spool.channel());
    } catch (RefusedPackageException e) {
      throw new NugetException(400, e.getMessage());
    }
  }

  private static Identity identity(Nuspec nuspec) {
    return Identity.find(nuspec.id().lower(), nuspec.version().lower())
        .orElseThrow(() -> new NugetException(400, "Id or version is too long."));
  }

  /** What lock files hold; of an unsigned package it is the hash of the file. */
  private static String contentHash(PackageArchive archive, Spool spool) throws IOException {
    try {
      byte[] hash =
          archive.signature().isEmpty() ? spool.hash("SHA-512") : archive.hash(Digests.sha512());
      return Base64.getEncoder().encodeToString(hash);
    } catch (MalformedArchiveException e) {
      throw NugetException.refused(e.code(), e.getMessage());
    }
  }

  private static String sha256(String text) {
    return HexFormat.of().formatHex(Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Takes a symbols package; a later one replaces it. The package may be deleted meanwhile: whoever
   * deletes it deletes the symbols after its record, and this looks at its record after writing the
   * symbols, so that one of them sees the other. When this process dies in between, the sweeper
   * finds symbols without package.
   *
   * @throws NugetException when it is refused; then nothing of it is stored
   */
  Identity pushSymbols(Request request) throws IOException {
    try (Spool spool = receive(request)) {
      Nuspec nuspec;
      try {
        nuspec = inspector.inspectSymbols(spool.path(), spool.channel());
      } catch (RefusedPackageException e) {
        throw new NugetException(400, e.getMessage());
      }
      Identity identity = identity(nuspec);
      RepositoryName repository = request.repository().repository();
      if (!isThere(repository, identity)) {
        throw new NugetException(404, "Push the package before its symbols.");
      }
      Upload upload = new Upload(parts.store(spool), spool.size(), spool.sha256());
      String key = NugetKeys.symbols(repository, identity);
      records.update(
          key,
          SymbolsRecord.class,
          old ->
              Optional.of(
                  new SymbolsRecord(
                      old.map(SymbolsRecord::generation).orElse(0L) + 1,
                      repository,
                      identity,
                      upload,
                      clock.instant().truncatedTo(ChronoUnit.MILLIS))));
      if (!isThere(repository, identity)) {
        // Another push's record is that push's business.
        records.update(
            key, SymbolsRecord.class, now -> now.filter(s -> !s.upload().equals(upload)));
        parts.takeBack(upload.parts());
        throw new NugetException(404, "The package was deleted while its symbols were pushed.");
      }
      return identity;
    }
  }

  private boolean isThere(RepositoryName repository, Identity identity) {
    return records
        .read(NugetKeys.version(repository, identity), VersionRecord.class)
        .filter(v -> v.state() != State.DELETED && v.state() != State.REFUSED)
        .isPresent();
  }
}
