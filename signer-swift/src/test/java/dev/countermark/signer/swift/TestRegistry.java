package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Piece;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.AppliedPolicy;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.AuthorSignature;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.RecordSigner;
import dev.countermark.signer.service.RepositorySettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.FormatSigner;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.testkit.time.HandSetClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** A repository whose releases are pushed, signed and looked at. */
final class TestRegistry {
  static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  static final Identity RELEASE = new Identity("mona", "linkedlist", "1.1.1");
  static final String KEY = SwiftKeys.release(REPOSITORY, RELEASE);
  static final Instant PUSHED = Instant.parse("2026-11-24T10:00:00Z");
  static final Instant NOW = Instant.parse("2026-11-24T10:00:01Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  static final SwiftSettings OVERLAY = new SwiftSettings(false, ArchiveMode.OVERLAY, null, null);

  private final InMemoryBlobStore unobserved = new InMemoryBlobStore();
  final ObservedBlobStore store = new ObservedBlobStore(unobserved);
  final Records records = new Records(store);
  final HandSetClock clock = new HandSetClock(CLOCK.instant());
  final TestKeys keys = new TestKeys();
  final List<Flaw> unrepaired = new ArrayList<>();
  final Author author = new Author(CLOCK);

  TestRegistry() {
    settings(SwiftSettings.defaults());
  }

  /** By which what is pushed from now on was taken. */
  Optional<AppliedPolicy> policy = Optional.empty();

  void taken(ArchiveMode archives, AuthorPolicy authors, Bytes... roots) {
    policy = Optional.of(new AppliedPolicy(archives, authors, List.of(roots)));
  }

  void settings(SwiftSettings wanted) {
    records.update(
        ObjectKeys.repository(REPOSITORY),
        RepositoryRecord.class,
        old ->
            Optional.of(
                new RepositoryRecord(1, REPOSITORY, PUSHED).with(new SwiftFormat(), wanted)));
  }

  SwiftSettings authors(AuthorPolicy policy, Bytes... roots) {
    return new SwiftSettings(false, null, policy, List.of(roots));
  }

  ReleaseRecord push(byte[] archive) {
    return push(archive, Optional.empty());
  }

  ReleaseRecord push(byte[] archive, Optional<AuthorSignature> signature) {
    return push(new Upload(List.of(part(archive)), archive.length, Sha256.hex(archive)), signature);
  }

  ReleaseRecord push(Upload upload, Optional<AuthorSignature> signature) {
    ReleaseRecord record =
        new ReleaseRecord(
            1,
            REPOSITORY,
            RELEASE,
            "mona",
            "LinkedList",
            upload,
            Optional.empty(),
            signature,
            PUSHED,
            UUID.randomUUID().toString(),
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            policy);
    records.update(KEY, ReleaseRecord.class, old -> Optional.of(record));
    store.reset();
    return record;
  }

  Part part(byte[] content) {
    Part part = new Part(Sha256.hex(content), content.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), content, content.length);
    return part;
  }

  /** As the client publishes it: signed manifests in the archive, the archive signed after. */
  ReleaseRecord pushSigned() {
    Map<String, byte[]> files = Archives.files();
    files.replaceAll(
        (name, content) ->
            name.endsWith(".swift") && !name.contains("/") ? author.signed(content) : content);
    byte[] archive = Archives.zip(files);
    return push(archive, Optional.of(signature(author.sign(archive))));
  }

  AuthorSignature signature(byte[] cms) {
    return new AuthorSignature(Bytes.of(cms), Optional.empty(), "somebody", author.fingerprint());
  }

  FormatSigner<PackageRequest, SignedArtifact> signer() {
    ReleaseSigning signing =
        new ReleaseSigning(
            store, keys, new MemoryBudget(64 << 20, 32, Duration.ofSeconds(10)), clock);
    return new RecordSigner<>(
        new SignRelease(signing, new ReleaseUpkeep(signing, keys, unrepaired::add)),
        records,
        new RepositorySettings(records, Duration.ZERO, clock),
        clock);
  }

  PackageRequest request(Lane lane, ResyncMode mode, Instant since) {
    return new PackageRequest(
        new SwiftFormat(),
        lane,
        REPOSITORY,
        RELEASE.toString(),
        new Records(unobserved)
            .read(KEY, ReleaseRecord.class)
            .map(ReleaseRecord::digest)
            .orElse("sha256:" + "ab".repeat(32)),
        since,
        mode);
  }

  SigningOutcome<SignedArtifact> upload() {
    return signer().sign(request(Lane.UPLOAD, ResyncMode.ENSURE, PUSHED));
  }

  SigningOutcome<SignedArtifact> resync(ResyncMode mode) {
    return resync(mode, NOW);
  }

  SigningOutcome<SignedArtifact> resync(ResyncMode mode, Instant since) {
    return signer().sign(request(Lane.RESYNC, mode, since));
  }

  ReleaseRecord record() {
    return records.read(KEY, ReleaseRecord.class).orElseThrow();
  }

  SignedRelease signed() {
    assertThat(record().state()).isEqualTo(State.AVAILABLE);
    return record().signed().orElseThrow();
  }

  PublicKeyVersion current() {
    return keys.current(REPOSITORY, new Purpose("swift"));
  }

  /** The archive as a consumer gets it. */
  byte[] archive() {
    return archive(record());
  }

  byte[] archive(ReleaseRecord record) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Piece piece : record.signed().orElseThrow().archive()) {
      piece.inline().ifPresent(b -> all.writeBytes(b.toArray()));
      piece
          .upload()
          .ifPresent(run -> all.writeBytes(read(record.upload().parts(), run.from(), run.to())));
      piece.stored().ifPresent(p -> all.writeBytes(read(List.of(p), 0, p.size())));
    }
    return all.toByteArray();
  }

  byte[] read(List<Part> parts, long from, long to) {
    try (InputStream in = new PartsInputStream(store, parts, from, to - from)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything is signed by one key, and says so. */
  void assertSignedBy(PublicKeyVersion key) {
    SignedRelease signed = signed();
    byte[] archive = archive();
    assertThat(signed.size()).isEqualTo(archive.length);
    assertThat(signed.sha256()).isEqualTo(Sha256.hex(archive));
    Oracle.assertSignedBy(key, archive, signed.signature(), clock.instant());
    assertThat(signed.signer().by()).isEqualTo(SignedBy.REPOSITORY);
    assertThat(signed.signer().keyVersion()).isEqualTo(key.version());
    assertThat(signed.signer().certificate()).isEqualTo(Sha256.hex(key.certificates().get(0)));
    for (SignedManifest manifest : signed.manifests()) {
      Oracle.assertManifestSignedBy(key, manifest.content().toArray(), NOW);
      assertThat(manifest.signer().keyVersion()).isEqualTo(key.version());
    }
  }

  void assertRefused(SigningOutcome<SignedArtifact> outcome, Refusal code) {
    assertThat(outcome).isInstanceOf(Refused.class);
    assertThat(((Refused<SignedArtifact>) outcome).reason()).isEqualTo(code);
    assertThat(record().state()).isEqualTo(State.REFUSED);
    assertThat(record().refusal().orElseThrow().code()).isEqualTo(code);
    assertThat(record().signed()).isEmpty();
  }

  void replaceSigned(SignedRelease release) {
    records.update(KEY, ReleaseRecord.class, old -> old.map(r -> r.signed(release)));
  }

  /** Keys that are rotated and revoked when a test wants it. */
  final class TestKeys implements KeyClient {
    final Map<Integer, Instant> revoked = new LinkedHashMap<>();
    private final List<PublicKeyVersion> former = new ArrayList<>();
    private InMemoryKeyClient keys = new InMemoryKeyClient(clock);
    int rotationsAfterASignature;
    int calls;

    void rotate() {
      keys.rotate(REPOSITORY, new Purpose("swift"));
    }

    /** A new key by a new authority, when all certificates have expired. */
    void renew() {
      former.addAll(keys.versions(REPOSITORY, new Purpose("swift")));
      keys = new InMemoryKeyClient(clock);
    }

    @Override
    public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
      return after(keys.current(repository, purpose));
    }

    @Override
    public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
      return Stream.concat(
              former.stream().map(k -> with(k, k.version(), false)),
              keys.versions(repository, purpose).stream().map(this::after))
          .toList();
    }

    private PublicKeyVersion after(PublicKeyVersion key) {
      return with(key, former.size() + key.version(), key.current());
    }

    private PublicKeyVersion with(PublicKeyVersion key, int version, boolean isCurrent) {
      return new PublicKeyVersion(
          version,
          key.spki(),
          key.fingerprint(),
          key.createdAt(),
          isCurrent,
          Optional.ofNullable(revoked.get(version)),
          key.certificates(),
          key.activeFrom());
    }

    @Override
    public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
      calls++;
      SignedBatch batch = keys.sign(repository, purpose, items);
      if (rotationsAfterASignature > 0) {
        rotationsAfterASignature--;
        rotate();
      }
      return new SignedBatch(after(batch.key()), batch.signatures());
    }
  }
}
