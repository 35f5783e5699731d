package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
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
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A repository whose images and indexes are pushed, signed and looked at. */
final class TestImages {
  static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  static final String NAME = "acme/app/web";
  static final String BARE = "registry.example:8443/" + NAME;
  static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
  static final String INDEX = "application/vnd.oci.image.index.v1+json";
  static final Instant PUSHED = Instant.parse("2026-11-24T10:00:00Z");
  static final Instant NOW = Instant.parse("2026-11-24T10:00:01Z");
  static final OciSettings BOTH = OciSettings.defaults();
  static final OciSettings WITH_TAGS = new OciSettings(null, false, null, true, false);

  final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  final Records records = new Records(store);
  final InMemoryKeyClient keys = new InMemoryKeyClient();
  final AtomicInteger keyCalls = new AtomicInteger();
  final KeyClient countedKeys =
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

  TestImages() {
    settings(BOTH);
  }

  void settings(OciSettings wanted) {
    records.update(
        ObjectKeys.repository(REPOSITORY),
        RepositoryRecord.class,
        old ->
            Optional.of(new RepositoryRecord(1, REPOSITORY, PUSHED).with(new OciFormat(), wanted)));
  }

  FormatSigner<PackageRequest, SignedArtifact> signer(
      KeyClient keyClient, SignOciManifest.Limits limits) {
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    return new RecordSigner<>(
        new SignOciManifest(
            new ManifestSigner(
                new TagReferences(store, records, "registry.example:8443"), keyClient, clock),
            new ImageBlobs(store),
            limits),
        records,
        new RepositorySettings(records, Duration.ZERO, clock),
        clock);
  }

  SigningOutcome<SignedArtifact> upload(String digest) {
    return sign(Lane.UPLOAD, digest);
  }

  SigningOutcome<SignedArtifact> sign(Lane lane, String digest) {
    return signer(countedKeys, new SignOciManifest.Limits(8, 1_000))
        .sign(new PackageRequest(new OciFormat(), lane, REPOSITORY, NAME, digest, PUSHED));
  }

  static Map<String, Object> descriptor(String mediaType, String digest, int size) {
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", mediaType);
    descriptor.put("digest", digest);
    descriptor.put("size", size);
    return descriptor;
  }

  static Map<String, Object> imageJson(String salt) {
    Map<String, Object> image = new LinkedHashMap<>();
    image.put("schemaVersion", 2);
    image.put("mediaType", IMAGE);
    String blob = Oracle.sha256(salt.getBytes(StandardCharsets.UTF_8));
    image.put("config", descriptor("application/vnd.oci.image.config.v1+json", blob, 7));
    image.put(
        "layers", List.of(descriptor("application/vnd.oci.image.layer.v1.tar+gzip", blob, 7)));
    return image;
  }

  String push(String mediaType, Object json) {
    byte[] content = Json.write(json);
    String digest = Oracle.sha256(content);
    store(mediaType, digest, content);
    return digest;
  }

  void store(String mediaType, String digest, byte[] content) {
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

  /** A blob that came in one part. */
  Map<String, Object> blob(String mediaType, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    String digest = Oracle.sha256(bytes);
    store.put(OciKeys.blobBytes(NAME, digest), bytes, bytes.length);
    return descriptor(mediaType, digest, bytes.length);
  }

  /** A user's signature of {@code image}, as cosign 2 lays it out. */
  String pushSignature(String image) {
    Map<String, Object> layer =
        blob(
            "application/vnd.dev.cosign.simplesigning.v1+json",
            "{\"critical\":{\"identity\":{\"docker-reference\":\"x\"},\"image\":{"
                + "\"docker-manifest-digest\":\""
                + image
                + "\"},\"type\":\"cosign container image signature\"},\"optional\":null}");
    layer.put("annotations", Map.of("dev.cosignproject.cosign/signature", "c2ln"));
    Map<String, Object> signature = imageJson("signature");
    signature.put("config", blob("application/vnd.oci.image.config.v1+json", "{}"));
    signature.put("layers", List.of(layer));
    return push(IMAGE, signature);
  }

  /** Changes a record as somebody else did. */
  void change(String digest, java.util.function.UnaryOperator<ManifestRecord> by) {
    records.update(OciKeys.manifest(NAME, digest), ManifestRecord.class, old -> old.map(by));
  }

  String pushImage(String salt) {
    return push(IMAGE, imageJson(salt));
  }

  String pushIndex(Object... children) {
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

  void tag(String tag, String digest) {
    records.update(
        OciKeys.tag(NAME, tag),
        TagRecord.class,
        old -> Optional.of(new TagRecord(NAME, tag, digest, PUSHED)));
  }

  Optional<ManifestRecord> read(String digest) {
    return records.read(OciKeys.manifest(NAME, digest), ManifestRecord.class);
  }

  ManifestRecord record(String digest) {
    return read(digest).orElseThrow();
  }

  void assertSignedByCurrentKey(String digest) {
    var key = keys.current(REPOSITORY, new Purpose("oci"));
    assertThat(record(digest).state()).isEqualTo(State.AVAILABLE);
    assertThat(Oracle.legacyReferences(record(digest), key)).contains(BARE);
    assertThat(Oracle.bundles(record(digest), key)).isEqualTo(1);
  }
}
