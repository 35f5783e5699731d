package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.content.BytesBody;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.ObjectChanges;
import dev.countermark.gateway.kit.Quotas;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.testkit.oci.SampleImage;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a push may cost: one operation on the store is the dearest thing in it (design, section 8).
 */
class StoreBudgetTest {
  private static final OciName NAME = OciName.parse("acme/app/web").orElseThrow();
  private static final OciName OTHER = OciName.parse("acme/app/api").orElseThrow();
  private static final RepositoryRecord REPOSITORY =
      new RepositoryRecord(1, RepositoryName.parse("acme/app").orElseThrow(), Instant.EPOCH);

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final Blobs blobs = new Blobs(store);
  private final SignatureView signatures = new SignatureView(store, blobs);
  private final Sight sight = new Sight(store, repository -> Runnable::run);
  private final Manifests manifests = new Manifests(store, signatures, sight);
  private final ManifestPushes pushes = pushes(blobs);
  private final BlobUploads uploads =
      new BlobUploads(
          store,
          blobs,
          new PartReceiver(store, new MemoryBudget(64 << 20)),
          new UploadState.Codec(new byte[32]),
          Clock.systemUTC());

  @BeforeEach
  void startCounting() {
    store.reset();
  }

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private static <T> T done(CompletionStage<T> upload) {
    return upload.toCompletableFuture().join();
  }

  private static BlobUploads.Body body(byte[] content) {
    return new BlobUploads.Body(BytesBody.of(content), Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(ints = {2_000, 1 << 20, PartReceiver.PART})
  void aBlobWhoseDigestComesWithItsBytesIsOneWrite(int size) {
    byte[] content = random(size);
    BlobUploads.Open open = uploads.start(NAME);
    done(
        uploads.complete(
            NAME, open.state().id(), address(open), Digest.sha256(content), body(content)));
    done(uploads.monolithic(OTHER, Digest.sha256(content), BytesBody.of(content)));

    assertThat(store.counts()).isEqualTo(Map.of("put", 2));
  }

  @Test
  void aLayerOfSeveralPartsIsOneWriteEachAndOneMore() {
    byte[] content = random(PartReceiver.PART + 1);
    done(uploads.monolithic(NAME, Digest.sha256(content), BytesBody.of(content)));

    assertThat(store.counts()).isEqualTo(Map.of("put", 2, "create", 1));
  }

  @Test
  void aLayerWhoseDigestComesLaterIsTwoWrites() {
    byte[] content = random(1 << 20);
    BlobUploads.Open open = uploads.start(NAME);
    BlobUploads.Open more =
        done(uploads.append(NAME, open.state().id(), address(open), body(content)));
    done(
        uploads.complete(
            NAME, more.state().id(), address(more), Digest.sha256(content), body(new byte[0])));

    assertThat(store.counts()).isEqualTo(Map.of("put", 1, "create", 1));
  }

  @Test
  void aManifestByDigestIsOneWrite() {
    SampleImage image = pushBlobs();
    put(image, image.digest());

    // Config and layer came a moment ago.
    assertThat(store.counts()).isEqualTo(Map.of("create", 1));
  }

  @Test
  void aManifestByTagIsTwoWrites() {
    SampleImage image = pushBlobs();
    put(image, "1.0");

    assertThat(store.counts()).isEqualTo(Map.of("get", 1, "create", 2));
  }

  @Test
  void aManifestOverOldBlobsIsOneLookForEach() {
    SampleImage image = pushBlobs();
    ManifestPushes later = pushes(new Blobs(store));
    put(later, image, image.digest());

    assertThat(store.counts()).isEqualTo(Map.of("head", 2, "create", 1));
  }

  @Test
  void anotherManifestOverTheSameBlobsLooksForNoneOfThem() {
    SampleImage image = pushBlobs();
    put(image, image.digest());
    store.reset();
    SampleImage other = image.annotated("org.example.build", "2");
    put(other, other.digest());

    assertThat(store.counts()).isEqualTo(Map.of("create", 1));
  }

  private SampleImage pushBlobs() {
    SampleImage image = SampleImage.oci(7);
    List<byte[]> contents = new ArrayList<>();
    image.blobs().values().forEach(blob -> contents.add(blob.toArray()));
    for (byte[] content : contents) {
      done(uploads.monolithic(NAME, Digest.sha256(content), BytesBody.of(content)));
    }
    store.reset();
    return image;
  }

  private ManifestPushes pushes(Blobs blobs) {
    return new ManifestPushes(
        new ManifestReferences(store, blobs, repository -> Runnable::run),
        new Referrers(store, signatures, manifests, sight),
        new TagMoves(store, manifests, signatures, ObjectChanges.UNHEARD, Clock.systemUTC()),
        null,
        new ManifestPushes.Told(
            Fence.open(),
            (format, upload) -> {},
            Quotas.NONE,
            new SettledPackages(
                new Records(store), repository -> Runnable::run, () -> Runnable::run, null)),
        Clock.systemUTC());
  }

  private void put(SampleImage image, String reference) {
    put(pushes, image, reference);
  }

  private static void put(ManifestPushes pushes, SampleImage image, String reference) {
    pushes.put(
        REPOSITORY,
        new ManifestPushes.Push(
            NAME,
            reference,
            List.of(),
            image.manifest().mediaType(),
            Optional.empty(),
            false,
            "admin"),
        image.manifest().content().toArray());
  }

  private static String address(BlobUploads.Open open) {
    return open.location().substring(open.location().indexOf("state=") + "state=".length());
  }
}
