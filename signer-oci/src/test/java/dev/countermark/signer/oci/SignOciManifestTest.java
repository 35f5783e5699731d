package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignOciManifestTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String NAME = "acme/app/web";
  private static final String BARE = "registry.example:8443/" + NAME;
  private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final Instant PUSHED = Instant.parse("2026-11-24T10:00:00Z");
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:01Z");
  private static final OciSettings BOTH = OciSettings.defaults();
  private static final OciSettings WITH_TAGS = new OciSettings(null, false, null, true, false);

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final Records records = new Records(store);
  private final InMemoryKeyClient keys = new InMemoryKeyClient();
  private final AtomicInteger keyCalls = new AtomicInteger();
  private final KeyClient countedKeys =
      new KeyClient() {
        @Override
        public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
          return keys.current(repository, purpose);
        }

        @Override
        public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
          return keys.versions(repository, purpose);
        }

        @Override
        public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
          keyCalls.incrementAndGet();
          return keys.sign(repository, purpose, items);
        }
      };

  @BeforeEach
  void createTheRepository() {
    settings(BOTH);
  }

  private void settings(OciSettings wanted) {
    records.update(
        ObjectKeys.repository(REPOSITORY),
        RepositoryRecord.class,
        old ->
            Optional.of(new RepositoryRecord(1, REPOSITORY, PUSHED).with(new OciFormat(), wanted)));
  }

  private FormatSigner<PackageRequest, SignedArtifact> signer(
      KeyClient keyClient, SignOciManifest.Limits limits) {
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    return new RecordSigner<>(
        new SignOciManifest(
            new ManifestSigner(
                new TagReferences(store, records, "registry.example:8443"), keyClient, clock),
            limits),
        records,
        new RepositorySettings(records, Duration.ZERO, clock),
        clock);
  }

  private SigningOutcome<SignedArtifact> upload(String digest) {
    return sign(Lane.UPLOAD, digest);
  }

  private SigningOutcome<SignedArtifact> sign(Lane lane, String digest) {
    return signer(countedKeys, new SignOciManifest.Limits(8, 1_000))
        .sign(new PackageRequest(new OciFormat(), lane, REPOSITORY, NAME, digest, PUSHED));
  }

  private static Map<String, Object> descriptor(String mediaType, String digest, int size) {
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", mediaType);
    descriptor.put("digest", digest);
    descriptor.put("size", size);
    return descriptor;
  }

  private static Map<String, Object> imageJson(String salt) {
    Map<String, Object> image = new LinkedHashMap<>();
    image.put("schemaVersion", 2);
    image.put("mediaType", IMAGE);
    String blob = Oracle.sha256(salt.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    image.put("config", descriptor("application/vnd.oci.image.config.v1+json", blob, 7));
    image.put(
        "layers", List.of(descriptor("application/vnd.oci.image.layer.v1.tar+gzip", blob, 7)));
    return image;
  }

  private String push(String mediaType, Object json) {
    byte[] content = Json.write(json);
    String digest = Oracle.sha256(content);
    store(mediaType, digest, content);
    return digest;
  }

  private void store(String mediaType, String digest, byte[] content) {
    records.create(
        OciKeys.manifest(NAME, digest),
        new ManifestRecord(
            1,
            REPOSITORY,
            NAME,
            digest,
            mediaType,
            Bytes.of(content),
            PUSHED,
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private String pushImage(String salt) {
    return push(IMAGE, imageJson(salt));
  }

  private String pushIndex(Object... children) {
    List<Object> manifests = new ArrayList<>();
    for (Object child : children) {
      manifests.add(
          child instanceof String digest
              ? descriptor(
                  read(digest).map(ManifestRecord::mediaType).orElse(IMAGE),
                  digest,
                  read(digest).map(r -> r.content().length()).orElse(7))
              : child);
    }
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", INDEX);
    index.put("manifests", manifests);
    return push(INDEX, index);
  }

  private void tag(String tag, String digest) {
    records.update(
        OciKeys.tag(NAME, tag),
        TagRecord.class,
        old -> Optional.of(new TagRecord(1, NAME, tag, digest, Optional.empty(), PUSHED)));
  }

  private Optional<ManifestRecord> read(String digest) {
    return records.read(OciKeys.manifest(NAME, digest), ManifestRecord.class);
  }

  private ManifestRecord record(String digest) {
    return read(digest).orElseThrow();
  }

  private void assertSignedByCurrentKey(String digest) {
    var key = keys.current(REPOSITORY, new Purpose("oci"));
    assertThat(record(digest).state()).isEqualTo(State.AVAILABLE);
    assertThat(Oracle.legacyReferences(record(digest), key)).contains(BARE);
    assertThat(Oracle.bundles(record(digest), key)).isEqualTo(1);
  }

  @Test
  void signsAnImageInBothForms() {
    String digest = pushImage("a");

    var outcome = upload(digest);

    assertSignedByCurrentKey(digest);
    var key = keys.current(REPOSITORY, new Purpose("oci"));
    ManifestRecord record = record(digest);
    assertThat(Oracle.legacyReferences(record, key)).containsExactly(BARE);
    List<String> artifacts = new ArrayList<>();
    artifacts.add(record.signatures().orElseThrow().signatureManifest().orElseThrow());
    artifacts.addAll(record.signatures().orElseThrow().bundleManifests());
    assertThat(outcome)
        .isEqualTo(
            new Signed<>(
                new SignedArtifact(
                    REPOSITORY, NAME, digest, 1, key.fingerprint(), PUSHED, NOW, artifacts),
                List.of()));
  }

  @Test
  void costsOneReadOneWriteAndOneKeyCall() {
    String digest = pushImage("a");
    var signer = signer(countedKeys, new SignOciManifest.Limits(8, 1_000));
    store.reset();

    signer.sign(new PackageRequest(new OciFormat(), Lane.UPLOAD, REPOSITORY, NAME, digest, PUSHED));

    assertThat(store.writes()).hasSize(1);
    assertThat(store.reads()).hasSize(2); // the settings, which are remembered, and the record
    assertThat(store.counts()).doesNotContainKey("list");
    assertThat(keyCalls).hasValue(1);
  }

  @Test
  void signsNothingOfAnotherRepository() {
    String digest = pushImage("a");

    var outcome =
        signer(countedKeys, new SignOciManifest.Limits(8, 1_000))
            .sign(
                new PackageRequest(
                    new OciFormat(),
                    Lane.UPLOAD,
                    RepositoryName.of("evil/app"),
                    "evil/app",
                    digest,
                    PUSHED));

    assertThat(outcome).isEqualTo(new Exempt<>(Exempt.Why.GONE));
    assertThat(keyCalls).hasValue(0);
    assertThat(record(digest).state()).isEqualTo(State.RECEIVED);
  }

  @Test
  void refusesContentThatIsNotWhatItsDigestSays() {
    String digest = "sha256:" + "ab".repeat(32);
    store(IMAGE, digest, Json.write(imageJson("a")));

    assertThat(upload(digest))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.DIGEST_MISMATCH));
    assertThat(record(digest).state()).isEqualTo(State.REFUSED);
    assertThat(record(digest).refusal().orElseThrow().code()).isEqualTo(Refusal.DIGEST_MISMATCH);
    assertThat(keyCalls).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"not json", "[]", "{\"schemaVersion\":2,\"layers\":7}"})
  void refusesContentThatIsNoManifest(String content) {
    byte[] bytes = content.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String digest = Oracle.sha256(bytes);
    store(IMAGE, digest, bytes);

    assertThat(upload(digest))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.MALFORMED_PACKAGE));
    assertThat(record(digest).state()).isEqualTo(State.REFUSED);
  }

  @Test
  void signsAManifestNamedBySha512() {
    byte[] content = Json.write(imageJson("a"));
    String digest = "sha512:" + HexFormat.of().formatHex(Oracle.hash("SHA-512", content));
    store(IMAGE, digest, content);

    assertThat(upload(digest)).isInstanceOf(Signed.class);
    assertSignedByCurrentKey(digest);
  }

  @Test
  void neverSignsASignature() {
    Map<String, Object> signature = imageJson("a");
    signature.put(
        "layers",
        List.of(
            descriptor(
                "application/vnd.dev.cosign.simplesigning.v1+json",
                "sha256:" + "ab".repeat(32),
                7)));
    String digest = push(IMAGE, signature);

    assertThat(upload(digest)).isEqualTo(new Exempt<>(Exempt.Why.NEVER_SIGNED));
    assertThat(record(digest).state()).isEqualTo(State.EXEMPT);
    assertThat(keyCalls).hasValue(0);
  }

  @Test
  void neverSignsAReferrer() {
    String image = pushImage("a");
    Map<String, Object> referrer = imageJson("b");
    referrer.put("subject", descriptor(IMAGE, image, 7));
    String digest = push(IMAGE, referrer);

    assertThat(upload(digest)).isEqualTo(new Exempt<>(Exempt.Why.NEVER_SIGNED));
    assertThat(keyCalls).hasValue(0);
  }

  @Test
  void signsAnIndexAfterItsManifests() {
    String amd64 = pushImage("amd64");
    String arm64 = pushImage("arm64");
    String index = pushIndex(amd64, arm64);
    List<String> written = new ArrayList<>();
    store.afterReplace = written::add;

    var outcome = upload(index);

    assertThat(written)
        .containsExactly(
            OciKeys.manifest(NAME, amd64),
            OciKeys.manifest(NAME, arm64),
            OciKeys.manifest(NAME, index));
    List.of(amd64, arm64, index).forEach(this::assertSignedByCurrentKey);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Signed.class,
            s ->
                assertThat(s.contained())
                    .extracting(c -> ((SignedArtifact) c).digest())
                    .containsExactly(amd64, arm64));
  }

  @Test
  void signsWhatIsNewBelowAnIndexThatIsSignedAlready() {
    String present = pushImage("amd64");
    byte[] later = Json.write(imageJson("arm64"));
    String index = pushIndex(present, Oracle.sha256(later));
    assertThat(upload(index)).isInstanceOf(Signed.class); // sparse: a manifest is missing

    store(IMAGE, Oracle.sha256(later), later);

    assertThat(upload(index))
        .isInstanceOfSatisfying(AlreadySigned.class, a -> assertThat(a.contained()).hasSize(1));
    assertSignedByCurrentKey(Oracle.sha256(later));
  }

  @Test
  void leavesAttestationsWithinAnIndexAlone() {
    String image = pushImage("amd64");
    String attestation = pushImage("attestation");
    Map<String, Object> entry =
        descriptor(IMAGE, attestation, record(attestation).content().length());
    entry.put(
        "annotations",
        Map.of(
            "vnd.docker.reference.type",
            "attestation-manifest",
            "vnd.docker.reference.digest",
            image));
    String index = pushIndex(image, entry);

    upload(index);

    assertSignedByCurrentKey(index);
    assertSignedByCurrentKey(image);
    assertThat(record(attestation).state()).isEqualTo(State.RECEIVED);
  }

  @Test
  void signsIndexesWithinIndexesDownToTheLimit() {
    String inner = pushImage("leaf");
    String leaf = inner;
    for (int depth = 1; depth <= 8; depth++) {
      inner = pushIndex(inner);
    }

    assertThat(upload(inner)).isInstanceOf(Signed.class);
    assertSignedByCurrentKey(leaf);

    String tooDeep = pushIndex(inner);

    assertThat(upload(tooDeep))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.TOO_LARGE));
    assertThat(record(tooDeep).state()).isEqualTo(State.REFUSED);
    assertThat(record(inner).state()).isEqualTo(State.AVAILABLE);
  }

  @Test
  void refusesAnIndexOfTooManyManifests() {
    String index = pushIndex(pushImage("a"), pushImage("b"), pushImage("c"));
    var small = signer(countedKeys, new SignOciManifest.Limits(8, 3));

    assertThat(
            small.sign(
                new PackageRequest(new OciFormat(), Lane.UPLOAD, REPOSITORY, NAME, index, PUSHED)))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.TOO_LARGE));
    assertThat(record(index).state()).isEqualTo(State.REFUSED);
  }

  @Test
  void looksAtAManifestOnceHoweverOftenItIsListed() {
    String image = pushImage("a");
    String index = pushIndex(image, image, image);
    store.reset();

    upload(index);

    assertThat(store.writes()).hasSize(2);
  }

  @Test
  void addsTheSignaturesOfANewKeyAndKeepsTheOldOnes() {
    String digest = pushImage("a");
    upload(digest);
    var oldKey = keys.current(REPOSITORY, new Purpose("oci"));
    var oldBundles = record(digest).signatures().orElseThrow().bundleManifests();
    var newKey = keys.rotate(REPOSITORY, new Purpose("oci"));

    assertThat(sign(Lane.RESYNC, digest))
        .isInstanceOfSatisfying(
            Signed.class, s -> assertThat(((SignedArtifact) s.result()).keyVersion()).isEqualTo(2));

    ManifestRecord record = record(digest);
    assertThat(Oracle.legacyReferences(record, oldKey)).containsExactly(BARE);
    assertThat(Oracle.legacyReferences(record, newKey)).containsExactly(BARE);
    assertThat(Oracle.bundles(record, oldKey)).isEqualTo(1);
    assertThat(Oracle.bundles(record, newKey)).isEqualTo(1);
    assertThat(record.signatures().orElseThrow().bundleManifests()).containsAll(oldBundles);
    assertThat(sign(Lane.RESYNC, digest)).isInstanceOf(AlreadySigned.class);
  }

  @Test
  void makesADamagedSignatureAgainInAResync() {
    String digest = pushImage("a");
    upload(digest);
    keys.rotate(REPOSITORY, new Purpose("oci"));
    sign(Lane.RESYNC, digest);
    ManifestRecord intact = record(digest);
    var key = keys.current(REPOSITORY, new Purpose("oci"));
    for (SignaturePiece piece : intact.signatures().orElseThrow().pieces()) {
      records.update(
          OciKeys.manifest(NAME, digest),
          ManifestRecord.class,
          old -> Optional.of(damaged(intact, piece)));

      assertThat(sign(Lane.RESYNC, digest)).as(piece.mediaType()).isNotInstanceOf(Refused.class);

      assertThat(Oracle.legacyReferences(record(digest), key)).contains(BARE);
      assertThat(Oracle.bundles(record(digest), key)).isEqualTo(1);
      assertThat(sign(Lane.RESYNC, digest)).isInstanceOf(AlreadySigned.class);
    }
  }

  /** The record with other bytes in one piece. */
  private static ManifestRecord damaged(ManifestRecord record, SignaturePiece piece) {
    Signatures all = record.signatures().orElseThrow();
    List<SignaturePiece> pieces = new ArrayList<>(all.pieces());
    pieces.set(
        pieces.indexOf(piece),
        new SignaturePiece(
            piece.digest(), piece.mediaType(), piece.manifest(), Bytes.utf8("damaged")));
    return record.signed(
        new Signatures(all.by(), all.signatureManifest(), all.bundleManifests(), pieces));
  }

  @Test
  void makesOnlyTheFormsThatTheRepositoryWants() {
    settings(new OciSettings(null, false, Set.of(SignatureFormat.BUNDLE), false, false));
    String digest = pushImage("a");
    upload(digest);
    var key = keys.current(REPOSITORY, new Purpose("oci"));
    assertThat(record(digest).signatures().orElseThrow().signatureManifest()).isEmpty();
    assertThat(Oracle.bundles(record(digest), key)).isEqualTo(1);
    var bundles = record(digest).signatures().orElseThrow().bundleManifests();

    settings(BOTH);

    assertThat(sign(Lane.RESYNC, digest)).isInstanceOf(Signed.class);
    assertThat(Oracle.legacyReferences(record(digest), key)).containsExactly(BARE);
    assertThat(record(digest).signatures().orElseThrow().bundleManifests()).isEqualTo(bundles);
  }

  @Test
  void signsTagsWhenTheRepositoryWantsThat() {
    settings(WITH_TAGS);
    String digest = pushImage("a");
    tag("v1", digest);
    tag("latest", digest);
    tag("old", "sha256:" + "ab".repeat(32));
    upload(digest);
    var key = keys.current(REPOSITORY, new Purpose("oci"));

    assertThat(Oracle.legacyReferences(record(digest), key))
        .containsExactly(BARE, BARE + ":latest", BARE + ":v1");

    tag("v1.0", digest);

    assertThat(upload(digest)).isInstanceOf(Signed.class);
    assertThat(Oracle.legacyReferences(record(digest), key))
        .containsExactlyInAnyOrder(BARE, BARE + ":latest", BARE + ":v1", BARE + ":v1.0");
    assertThat(Oracle.bundles(record(digest), key)).isEqualTo(1);
    assertThat(upload(digest)).isInstanceOf(AlreadySigned.class);
  }

  @Test
  void storesNothingThatDoesNotVerify() {
    String digest = pushImage("a");
    var other = new InMemoryKeyClient();
    KeyClient lying =
        new KeyClient() {
          @Override
          public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
            return keys.current(repository, purpose);
          }

          @Override
          public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
            return keys.versions(repository, purpose);
          }

          @Override
          public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
            return new SignedBatch(
                keys.current(repository, purpose),
                other.sign(repository, purpose, items).signatures());
          }
        };
    store.reset();

    assertThatThrownBy(
            () ->
                signer(lying, new SignOciManifest.Limits(8, 1_000))
                    .sign(
                        new PackageRequest(
                            new OciFormat(), Lane.UPLOAD, REPOSITORY, NAME, digest, PUSHED)))
        .isInstanceOf(IllegalStateException.class)
        .isNotInstanceOf(Failure.class);
    assertThat(store.writes()).hasSize(0);
    assertThat(record(digest).state()).isEqualTo(State.RECEIVED);
  }

  /** An image's own event and that of its index at once: still one write each. */
  @Test
  void doesNotRaceItselfForOneManifest() throws Exception {
    var signer = signer(countedKeys, new SignOciManifest.Limits(8, 1_000));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 20; round++) {
        String image = pushImage("image " + round);
        String index = pushIndex(image);
        store.reset();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<SigningOutcome<SignedArtifact>>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          String digest = i % 2 == 0 ? image : index;
          all.add(
              threads.submit(
                  () -> {
                    start.await();
                    return signer.sign(
                        new PackageRequest(
                            new OciFormat(), Lane.UPLOAD, REPOSITORY, NAME, digest, PUSHED));
                  }));
        }
        start.countDown();
        for (Future<SigningOutcome<SignedArtifact>> each : all) {
          each.get(30, TimeUnit.SECONDS);
        }

        assertThat(store.writes()).hasSize(2);
        assertSignedByCurrentKey(image);
        assertSignedByCurrentKey(index);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
