package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
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
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Exempt;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignReleaseTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final Identity RELEASE = new Identity("mona", "linkedlist", "1.1.1");
  private static final String KEY = SwiftKeys.release(REPOSITORY, RELEASE);
  private static final Instant PUSHED = Instant.parse("2026-11-24T10:00:00Z");
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:01Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final SwiftSettings OVERLAY =
      new SwiftSettings(false, ArchiveMode.OVERLAY, null, null);

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final Records records = new Records(store);
  private final TestKeys keys = new TestKeys();
  private Clock clock = CLOCK;
  private final List<Flaw> unrepaired = new ArrayList<>();
  private final Author author = new Author(CLOCK);

  @BeforeEach
  void createTheRepository() {
    settings(SwiftSettings.defaults());
  }

  private void settings(SwiftSettings wanted) {
    records.update(
        ObjectKeys.repository(REPOSITORY),
        RepositoryRecord.class,
        old ->
            Optional.of(
                new RepositoryRecord(1, REPOSITORY, PUSHED).with(new SwiftFormat(), wanted)));
  }

  private SwiftSettings authors(AuthorPolicy policy, Bytes... roots) {
    return new SwiftSettings(false, null, policy, List.of(roots));
  }

  private ReleaseRecord push(byte[] archive) {
    return push(archive, Optional.empty());
  }

  private ReleaseRecord push(byte[] archive, Optional<AuthorSignature> signature) {
    return push(new Upload(List.of(part(archive)), archive.length, Sha256.hex(archive)), signature);
  }

  private ReleaseRecord push(Upload upload, Optional<AuthorSignature> signature) {
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
            Optional.empty());
    records.update(KEY, ReleaseRecord.class, old -> Optional.of(record));
    store.reset();
    return record;
  }

  private Part part(byte[] content) {
    Part part = new Part(Sha256.hex(content), content.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), content, content.length);
    return part;
  }

  /** As the client publishes it: signed manifests in the archive, the archive signed after. */
  private ReleaseRecord pushSigned() {
    Map<String, byte[]> files = Archives.files();
    files.replaceAll(
        (name, content) ->
            name.endsWith(".swift") && !name.contains("/") ? author.signed(content) : content);
    byte[] archive = Archives.zip(files);
    return push(archive, Optional.of(signature(author.sign(archive))));
  }

  private AuthorSignature signature(byte[] cms) {
    return new AuthorSignature(Bytes.of(cms), Optional.empty(), "somebody", author.fingerprint());
  }

  private FormatSigner<PackageRequest, SignedArtifact> signer() {
    ReleaseSigning signing =
        new ReleaseSigning(
            store, keys, new MemoryBudget(64 << 20, 32, Duration.ofSeconds(10)), clock);
    return new RecordSigner<>(
        new SignRelease(signing, new ReleaseUpkeep(signing, keys, unrepaired::add)),
        records,
        new RepositorySettings(records, Duration.ZERO, clock),
        clock);
  }

  private static PackageRequest request(Lane lane, ResyncMode mode, Instant since) {
    return new PackageRequest(
        new SwiftFormat(),
        lane,
        REPOSITORY,
        RELEASE.toString(),
        "sha256:" + "ab".repeat(32),
        since,
        mode);
  }

  private SigningOutcome<SignedArtifact> upload() {
    return signer().sign(request(Lane.UPLOAD, ResyncMode.ENSURE, PUSHED));
  }

  private SigningOutcome<SignedArtifact> resync(ResyncMode mode) {
    return resync(mode, NOW);
  }

  private SigningOutcome<SignedArtifact> resync(ResyncMode mode, Instant since) {
    return signer().sign(request(Lane.RESYNC, mode, since));
  }

  private ReleaseRecord record() {
    return records.read(KEY, ReleaseRecord.class).orElseThrow();
  }

  private SignedRelease signed() {
    assertThat(record().state()).isEqualTo(State.AVAILABLE);
    return record().signed().orElseThrow();
  }

  private PublicKeyVersion current() {
    return keys.current(REPOSITORY, new Purpose("swift"));
  }

  /** The archive as a consumer gets it. */
  private byte[] archive() {
    return archive(record());
  }

  private byte[] archive(ReleaseRecord record) {
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

  private byte[] read(List<Part> parts, long from, long to) {
    try (InputStream in = new PartsInputStream(store, parts, from, to - from)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything is signed by one key, and says so. */
  private void assertSignedBy(PublicKeyVersion key) {
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

  private static Map<String, String> manifests(SignedRelease release) {
    Map<String, String> manifests = new LinkedHashMap<>();
    release.manifests().forEach(m -> manifests.put(m.file(), m.content().toUtf8()));
    return manifests;
  }

  @Test
  void signsManifestsAndPutsThemIntoTheArchiveThatItSigns() {
    push(Archives.sample());

    assertThat(upload()).isInstanceOf(Signed.class);

    assertSignedBy(current());
    assertThat(signed().mode()).isEqualTo(ArchiveMode.EMBED);
    assertThat(signed().manifests())
        .extracting(SignedManifest::file, SignedManifest::toolsVersion)
        .containsExactly(tuple("Package.swift", "5.9"), tuple("Package@swift-5.7.swift", "5.7"));
    Map<String, byte[]> inside = Archives.unzip(archive());
    assertThat(inside.keySet()).containsExactlyElementsOf(Archives.files().keySet());
    for (SignedManifest manifest : signed().manifests()) {
      assertThat(inside.get(manifest.file())).isEqualTo(manifest.content().toArray());
      assertThat(Oracle.unsigned(inside.get(manifest.file())))
          .isEqualTo(Archives.files().get(manifest.file()));
    }
    assertThat(inside.get("Sources/LinkedList/List.swift"))
        .isEqualTo(Archives.files().get("Sources/LinkedList/List.swift"));
  }

  @Test
  void leavesTheArchiveAloneWhereTheRepositoryWantsThat() {
    settings(OVERLAY);
    byte[] uploaded = Archives.sample();
    push(uploaded);

    assertThat(upload()).isInstanceOf(Signed.class);

    assertSignedBy(current());
    assertThat(signed().mode()).isEqualTo(ArchiveMode.OVERLAY);
    assertThat(archive()).isEqualTo(uploaded);
    assertThat(Oracle.unsigned(signed().manifests().get(0).content().toArray()))
        .isEqualTo(Archives.MANIFEST);
  }

  @Test
  void tellsWhatItSigned() {
    push(Archives.sample());

    SignedArtifact told = ((Signed<SignedArtifact>) upload()).result();

    assertThat(told.name()).isEqualTo("mona.linkedlist/1.1.1");
    assertThat(told.digest()).isEqualTo("sha256:" + record().upload().sha256());
    assertThat(told.keyVersion()).isEqualTo(1);
    assertThat(told.acceptedAt()).isEqualTo(PUSHED);
    assertThat(told.signedAt()).isEqualTo(NOW);
    assertThat(told.artifacts())
        .containsExactly(
            "sha256:" + signed().sha256(), "sha256:" + Sha256.hex(signed().signature()));
  }

  @Test
  void changesNothingWhenAnEventComesAgain() {
    push(Archives.sample());
    upload();
    ReleaseRecord before = record();
    store.reset();

    assertThat(upload()).isInstanceOf(AlreadySigned.class);

    assertThat(record()).isEqualTo(before);
    assertThat(store.writes()).isEmpty();
    assertThat(store.reads()).filteredOn(r -> r.startsWith("open")).isEmpty();
  }

  @Test
  void writesOncePerRelease() {
    push(Archives.sample());

    upload();

    assertThat(store.writes()).containsExactly("replace " + KEY);
    // The repository's settings and the release; the upload once.
    assertThat(store.counts()).containsEntry("get", 2).containsEntry("open", 1);
    assertThat(keys.calls).isEqualTo(2);
  }

  @Test
  void keepsALargeDirectoryBesideTheRecord() {
    Map<String, byte[]> files = Archives.files();
    for (int i = 0; i < 4_000; i++) {
      files.put("Sources/LinkedList/" + "Sources".repeat(5) + i + ".swift", new byte[0]);
    }
    push(Archives.zip(files));

    assertThat(upload()).isInstanceOf(Signed.class);

    assertThat(store.writes()).hasSize(2).last().isEqualTo("replace " + KEY);
    assertThat(signed().archive()).filteredOn(p -> p.stored().isPresent()).hasSize(1);
    assertSignedBy(current());
    assertThat(Archives.unzip(archive())).hasSize(files.size());
  }

  @Test
  void refusesAnUploadThatIsNotWhatWasPushed() {
    byte[] archive = Archives.sample();
    push(new Upload(List.of(part(archive)), archive.length, "ab".repeat(32)), Optional.empty());

    assertRefused(upload(), Refusal.DIGEST_MISMATCH);
    assertThat(keys.calls).isZero();
  }

  @Test
  void refusesAnUploadThatIsGone() {
    byte[] archive = Archives.sample();
    Part gone = new Part(Sha256.hex(archive), archive.length, UUID.randomUUID().toString());
    push(new Upload(List.of(gone), archive.length, gone.sha256()), Optional.empty());

    assertRefused(upload(), Refusal.BLOB_GONE);
  }

  @Test
  void refusesWhatNoClientCouldUse() {
    for (byte[] hostile :
        List.of(
            new byte[0],
            Archives.utf8("no archive"),
            Archives.raw(Map.of("Package.swift", Archives.MANIFEST)),
            Archives.raw(Map.of("a/Package.swift", Archives.MANIFEST, "b/x", new byte[1])),
            Archives.raw(Map.of("a/../../Package.swift", Archives.MANIFEST)),
            Archives.zip(Map.of("README.md", new byte[1])))) {
      push(hostile);
      assertRefused(upload(), Refusal.MALFORMED_PACKAGE);
    }
    assertThat(keys.calls).isZero();
  }

  private void assertRefused(SigningOutcome<SignedArtifact> outcome, Refusal code) {
    assertThat(outcome).isInstanceOf(Refused.class);
    assertThat(((Refused<SignedArtifact>) outcome).reason()).isEqualTo(code);
    assertThat(record().state()).isEqualTo(State.REFUSED);
    assertThat(record().refusal().orElseThrow().code()).isEqualTo(code);
    assertThat(record().signed()).isEmpty();
  }

  @Test
  void staysRefusedUntilAResyncFindsBetter() {
    ReleaseRecord pushed = push(pushSigned().upload(), Optional.empty());
    settings(authors(AuthorPolicy.REQUIRE));
    assertRefused(upload(), Refusal.SIGNATURE_POLICY);
    ReleaseRecord refused = record();
    settings(SwiftSettings.defaults());

    assertThat(upload()).isInstanceOf(Refused.class);
    assertThat(record()).isEqualTo(refused);
    assertThat(resync(ResyncMode.ENSURE)).isInstanceOf(Signed.class);
    assertSignedBy(current());
    assertThat(record().generation()).isEqualTo(pushed.generation() + 2);
  }

  @Test
  void signsNothingThatWasDeleted() {
    ReleaseRecord pushed = push(Archives.sample());
    records.update(KEY, ReleaseRecord.class, old -> old.map(ReleaseRecord::deleted));
    assertThat(resync(ResyncMode.RESIGN_ALL))
        .isEqualTo(new Exempt<SignedArtifact>(Exempt.Why.GONE));
    assertThat(record().generation()).isEqualTo(pushed.generation() + 1);
    assertThat(keys.calls).isZero();
  }

  @Test
  void signsNothingThatIsDeletedMeanwhile() {
    push(Archives.sample());
    AtomicBoolean first = new AtomicBoolean(true);
    store.beforeReplace =
        key -> {
          if (first.getAndSet(false)) {
            records.update(KEY, ReleaseRecord.class, old -> old.map(ReleaseRecord::deleted));
          }
        };

    assertThat(upload()).isEqualTo(new Exempt<SignedArtifact>(Exempt.Why.GONE));
    assertThat(record().state()).isEqualTo(State.DELETED);
  }

  @Test
  void neverMixesTheSignaturesOfTwoKeys() {
    push(Archives.sample());
    keys.rotationsAfterASignature = 1;

    assertThat(upload()).isInstanceOf(Signed.class);

    assertThat(current().version()).isEqualTo(2);
    assertSignedBy(current());
  }

  @Test
  void triesLaterWhenTheKeyKeepsChanging() {
    push(Archives.sample());
    keys.rotationsAfterASignature = 100;

    assertThatThrownBy(this::upload).isInstanceOf(Failure.Transient.class);
    assertThat(record().state()).isEqualTo(State.RECEIVED);
  }

  @Test
  void keepsWhatItsAuthorSigned() {
    settings(authors(AuthorPolicy.KEEP_AUTHOR, author.root()));
    ReleaseRecord pushed = pushSigned();

    assertThat(upload()).isInstanceOf(Signed.class);

    assertThat(archive()).isEqualTo(read(pushed.upload().parts(), 0, pushed.upload().size()));
    assertThat(signed().mode()).isEqualTo(ArchiveMode.OVERLAY);
    assertThat(signed().signature()).isEqualTo(pushed.author().orElseThrow().archive());
    assertThat(signed().signer().by()).isEqualTo(SignedBy.AUTHOR);
    assertThat(signed().signer().keyVersion()).isZero();
    assertThat(signed().signer().certificate()).isEqualTo(author.fingerprint());
    assertThat(signed().signer().signedAt()).isEqualTo(PUSHED);
    for (SignedManifest manifest : signed().manifests()) {
      Oracle.assertManifestSignedBy(author.key(), manifest.content().toArray(), NOW);
      assertThat(manifest.signer().by()).isEqualTo(SignedBy.AUTHOR);
    }
    assertThat(keys.calls).isZero();
  }

  @ParameterizedTest
  @EnumSource(ResyncMode.class)
  void keepsAnAuthorsSignatureInEveryResync(ResyncMode mode) {
    settings(authors(AuthorPolicy.KEEP_AUTHOR, author.root()));
    pushSigned();
    upload();
    ReleaseRecord before = record();
    keys.rotate();

    assertThat(resync(mode)).isInstanceOf(AlreadySigned.class);
    assertThat(record()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"ENSURE", "ROTATE_ARCHIVE"})
  void keepsAnAuthorsSignatureUnlessAskedForEverything(ResyncMode mode) {
    settings(authors(AuthorPolicy.KEEP_AUTHOR, author.root()));
    pushSigned();
    upload();
    ReleaseRecord before = record();
    settings(authors(AuthorPolicy.REPLACE, author.root()));

    assertThat(resync(mode)).isInstanceOf(AlreadySigned.class);
    assertThat(record()).isEqualTo(before);
    assertThat(resync(ResyncMode.RESIGN_ALL)).isInstanceOf(Signed.class);
    assertSignedBy(current());
  }

  @Test
  void signsOverItsAuthorWhereTheRepositoryWantsThat() {
    settings(authors(AuthorPolicy.REPLACE, author.root()));
    ReleaseRecord pushed = pushSigned();

    assertThat(upload()).isInstanceOf(Signed.class);

    assertSignedBy(current());
    assertThat(signed().mode()).isEqualTo(ArchiveMode.OVERLAY);
    assertThat(archive()).isEqualTo(read(pushed.upload().parts(), 0, pushed.upload().size()));
    for (SignedManifest manifest : signed().manifests()) {
      byte[] content = manifest.content().toArray();
      assertThat(Oracle.lines(content)).isEqualTo(2);
      Oracle.assertManifestSignedBy(author.key(), Oracle.unsigned(content), NOW);
    }
    assertThat(record().author()).isEqualTo(pushed.author());
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void refusesAnAuthorWhoIsNotTrusted(AuthorPolicy policy) {
    settings(authors(policy, new Author(CLOCK).root()));
    pushSigned();

    assertRefused(upload(), Refusal.SIGNATURE_POLICY);
    assertThat(keys.calls).isZero();
  }

  @Test
  void signsOverAnAuthorWhomNobodyKnowsWhereNobodyIsKnown() {
    settings(authors(AuthorPolicy.REPLACE));
    pushSigned();

    assertThat(upload()).isInstanceOf(Signed.class);
    assertSignedBy(current());
  }

  @Test
  void keepsNoAuthorWhomNobodyVouchesFor() {
    pushSigned();

    assertRefused(upload(), Refusal.SIGNATURE_POLICY);
  }

  @Test
  void refusesUnsignedReleasesWhereAuthorsMustSign() {
    settings(authors(AuthorPolicy.REQUIRE, author.root()));
    push(Archives.sample());

    assertRefused(upload(), Refusal.SIGNATURE_POLICY);
    pushSigned();
    assertThat(upload()).isInstanceOf(Signed.class);
    assertThat(signed().signer().by()).isEqualTo(SignedBy.AUTHOR);
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void refusesAnAuthorsSignatureOfSomethingElse(AuthorPolicy policy) {
    settings(authors(policy, author.root()));
    ReleaseRecord pushed = pushSigned();
    push(pushed.upload(), Optional.of(signature(author.sign(Archives.sample()))));
    assertRefused(upload(), Refusal.INVALID_SIGNATURE);

    push(pushed.upload(), Optional.of(signature(new byte[] {0x30, 0})));
    assertRefused(upload(), Refusal.INVALID_SIGNATURE);
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void refusesAnAuthorWhoLeftAManifestUnsigned(AuthorPolicy policy) {
    settings(authors(policy, author.root()));
    Map<String, byte[]> files = Archives.files();
    files.computeIfPresent("Package.swift", (name, content) -> author.signed(content));
    byte[] archive = Archives.zip(files);
    push(archive, Optional.of(signature(author.sign(archive))));

    assertRefused(upload(), Refusal.INVALID_SIGNATURE);
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void refusesAManifestThatSomebodyElseSigned(AuthorPolicy policy) {
    settings(authors(policy, author.root()));
    Author other = new Author(CLOCK);
    Map<String, byte[]> files = Archives.files();
    files.computeIfPresent("Package.swift", (name, content) -> author.signed(content));
    files.computeIfPresent("Package@swift-5.7.swift", (name, content) -> other.signed(content));
    byte[] archive = Archives.zip(files);
    push(archive, Optional.of(signature(author.sign(archive))));

    assertThat(upload()).isInstanceOf(Refused.class);
    assertThat(record().state()).isEqualTo(State.REFUSED);
  }

  @Test
  void ensureChangesNothingThatIsInOrder() {
    push(Archives.sample());
    upload();
    ReleaseRecord before = record();
    keys.rotate();
    store.reset();

    assertThat(resync(ResyncMode.ENSURE)).isInstanceOf(AlreadySigned.class);

    assertThat(record()).isEqualTo(before);
    assertThat(store.writes()).isEmpty();
    assertThat(unrepaired).isEmpty();
  }

  @Test
  void ensureSignsOnlyTheArchiveAnewWhenTheKeyWasRevoked() {
    push(Archives.sample());
    upload();
    ReleaseRecord before = record();
    keys.revoked.put(1, NOW);
    keys.rotate();

    assertThat(resync(ResyncMode.ENSURE)).isInstanceOf(Signed.class);

    assertOnlyTheArchivesSignatureChanged(before);
    Oracle.assertSignedBy(current(), archive(), signed().signature(), NOW);
    assertThat(unrepaired).containsExactly(Flaw.REVOKED, Flaw.REVOKED);
    assertThat(resync(ResyncMode.ENSURE)).isInstanceOf(AlreadySigned.class);
  }

  @Test
  void ensureSignsOnlyTheArchiveAnewWhenTheCertificateExpired() {
    push(Archives.sample());
    upload();
    ReleaseRecord before = record();
    clock = Clock.offset(CLOCK, Duration.ofDays(400));
    keys.renew();

    assertThat(resync(ResyncMode.ENSURE, clock.instant())).isInstanceOf(Signed.class);

    assertOnlyTheArchivesSignatureChanged(before);
    assertThat(signed().signer().keyVersion()).isEqualTo(2);
    assertThat(unrepaired).containsExactly(Flaw.EXPIRED, Flaw.EXPIRED);
  }

  private void assertOnlyTheArchivesSignatureChanged(ReleaseRecord before) {
    SignedRelease old = before.signed().orElseThrow();
    assertThat(record().generation()).isEqualTo(before.generation() + 1);
    assertThat(signed().signature()).isNotEqualTo(old.signature());
    assertThat(signed().manifests()).isEqualTo(old.manifests());
    assertThat(signed().archive()).isEqualTo(old.archive());
    assertThat(signed().sha256()).isEqualTo(old.sha256());
    assertThat(signed().mode()).isEqualTo(old.mode());
  }

  @Test
  void waitsForAKeyWhoseCertificateIsValid() {
    push(Archives.sample());
    current();
    clock = Clock.offset(CLOCK, Duration.ofDays(400));

    assertThatThrownBy(this::upload).isInstanceOf(Failure.Transient.class);
    keys.renew();
    assertThat(upload()).isInstanceOf(Signed.class);
  }

  @Test
  void ensureRepairsABrokenSignatureOfTheArchive() {
    push(Archives.sample());
    upload();
    SignedRelease good = signed();
    replaceSigned(with(good, good.manifests(), Bytes.utf8("broken")));

    assertThat(resync(ResyncMode.ENSURE)).isInstanceOf(Signed.class);

    assertThat(signed()).isEqualTo(good);
    assertThat(unrepaired).isEmpty();
  }

  @Test
  void ensureReportsABrokenManifestAndLeavesIt() {
    push(Archives.sample());
    upload();
    SignedRelease good = signed();
    SignedManifest first = good.manifests().get(0);
    SignedManifest broken =
        new SignedManifest(
            first.file(),
            first.toolsVersion(),
            Bytes.utf8("// changed\n" + first.content().toUtf8()),
            first.signer());
    replaceSigned(with(good, List.of(broken, good.manifests().get(1)), good.signature()));
    ReleaseRecord before = record();

    assertThat(resync(ResyncMode.ENSURE)).isInstanceOf(AlreadySigned.class);

    assertThat(record()).isEqualTo(before);
    assertThat(unrepaired).containsExactly(Flaw.BROKEN);
  }

  @Test
  void signsNoArchiveAnewThatIsNoLongerWhatItWas() {
    byte[] archive = Archives.sample();
    ReleaseRecord pushed = push(archive);
    upload();
    ReleaseRecord before = record();
    keys.rotate();
    Part part = pushed.upload().parts().get(0);
    byte[] changed = archive.clone();
    // In a file that is neither manifest nor directory.
    changed[new String(archive, StandardCharsets.ISO_8859_1).indexOf("public struct")] ^= 1;
    store.put(ObjectKeys.content(part.sha256(), part.upload()), changed, changed.length);

    SigningOutcome<SignedArtifact> outcome = resync(ResyncMode.ROTATE_ARCHIVE);

    assertThat(outcome).isInstanceOf(Refused.class);
    assertThat(((Refused<SignedArtifact>) outcome).reason()).isEqualTo(Refusal.DIGEST_MISMATCH);
    assertThat(record()).isEqualTo(before);
  }

  private static SignedRelease with(
      SignedRelease release, List<SignedManifest> manifests, Bytes signature) {
    return new SignedRelease(
        release.mode(),
        release.archive(),
        release.size(),
        release.sha256(),
        manifests,
        signature,
        release.signer());
  }

  private void replaceSigned(SignedRelease release) {
    records.update(KEY, ReleaseRecord.class, old -> old.map(r -> r.signed(release)));
  }

  @Test
  void rotateArchiveSignsOnlyTheArchiveWithTheCurrentKeyAndOnce() {
    push(Archives.sample());
    upload();
    ReleaseRecord before = record();
    keys.rotate();

    assertThat(resync(ResyncMode.ROTATE_ARCHIVE)).isInstanceOf(Signed.class);

    assertOnlyTheArchivesSignatureChanged(before);
    Oracle.assertSignedBy(current(), archive(), signed().signature(), NOW);
    ReleaseRecord rotated = record();
    assertThat(resync(ResyncMode.ROTATE_ARCHIVE)).isInstanceOf(AlreadySigned.class);
    assertThat(resync(ResyncMode.ENSURE)).isInstanceOf(AlreadySigned.class);
    assertThat(record()).isEqualTo(rotated);
  }

  @Test
  void anUploadsEventNeverRotates() {
    push(Archives.sample());
    upload();
    ReleaseRecord before = record();
    keys.rotate();

    signer().sign(request(Lane.UPLOAD, ResyncMode.RESIGN_ALL, PUSHED));

    assertThat(record()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(ArchiveMode.class)
  void resignAllSignsEverythingWithTheCurrentKeyAndOnce(ArchiveMode mode) {
    settings(new SwiftSettings(false, mode, null, null));
    push(Archives.sample());
    upload();
    SignedRelease old = signed();
    keys.rotate();
    // What the repository wants of new uploads is no reason to rewrite old ones otherwise.
    settings(SwiftSettings.defaults());

    assertThat(resync(ResyncMode.RESIGN_ALL)).isInstanceOf(Signed.class);

    assertSignedBy(current());
    assertThat(signed().mode()).isEqualTo(mode);
    assertThat(manifests(signed())).isNotEqualTo(manifests(old));
    assertThat(signed().manifests())
        .allSatisfy(m -> assertThat(Oracle.lines(m.content().toArray())).isEqualTo(1));
    ReleaseRecord resigned = record();
    assertThat(resync(ResyncMode.RESIGN_ALL)).isInstanceOf(AlreadySigned.class);
    assertThat(record()).isEqualTo(resigned);
  }

  @Test
  void resignAllMendsABrokenManifest() {
    push(Archives.sample());
    upload();
    SignedRelease good = signed();
    SignedManifest first = good.manifests().get(0);
    SignedManifest broken =
        new SignedManifest(
            first.file(), first.toolsVersion(), Bytes.utf8("// broken"), first.signer());
    replaceSigned(with(good, List.of(broken, good.manifests().get(1)), good.signature()));

    assertThat(resync(ResyncMode.RESIGN_ALL)).isInstanceOf(Signed.class);

    assertThat(signed()).isEqualTo(good);
  }

  @Test
  void putsALineOfItsOwnBelowOneThatNobodyAnswersFor() {
    Map<String, byte[]> files = Archives.files();
    files.computeIfPresent("Package.swift", (name, content) -> author.signed(content));
    push(Archives.zip(files));

    assertThat(upload()).isInstanceOf(Signed.class);

    assertSignedBy(current());
    assertThat(Oracle.lines(signed().manifests().get(0).content().toArray())).isEqualTo(2);
  }

  @Test
  void readsAnUploadInParts() {
    byte[] archive = Archives.sample();
    int half = archive.length / 2;
    push(
        new Upload(
            List.of(
                part(Arrays.copyOf(archive, half)),
                part(Arrays.copyOfRange(archive, half, archive.length))),
            archive.length,
            Sha256.hex(archive)),
        Optional.empty());

    assertThat(upload()).isInstanceOf(Signed.class);
    assertSignedBy(current());
  }

  /** Keys that are rotated and revoked when a test wants it. */
  private final class TestKeys implements KeyClient {
    private final Map<Integer, Instant> revoked = new LinkedHashMap<>();
    private final List<PublicKeyVersion> former = new ArrayList<>();
    private InMemoryKeyClient keys = new InMemoryKeyClient(new SettableClock());
    private int rotationsAfterASignature;
    private int calls;

    void rotate() {
      keys.rotate(REPOSITORY, new Purpose("swift"));
    }

    /** A new key by a new authority, when all certificates have expired. */
    void renew() {
      former.addAll(keys.versions(REPOSITORY, new Purpose("swift")));
      keys = new InMemoryKeyClient(new SettableClock());
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

  private final class SettableClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return clock.instant();
    }
  }
}
