package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.content.BytesBody;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.ReceivedPiece;
import dev.countermark.gateway.content.UploadTimes;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.sweep.ContentSweeper;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever clients do while the sweeper runs, and in whatever order, no blob loses a byte. */
class SweepSafetyTest {
  private static final Duration GRACE = Duration.ofHours(24);
  private static final byte[] CONTENT = RegistryTestBase.random(20_000, 1);
  private static final Digest DIGEST = Digest.of(Registry.digest("sha256", CONTENT));

  /** In the order in which the sweeper comes by. */
  private static final List<OciName> NAMES =
      List.of(name("acme/app/a"), name("acme/app/b"), name("acme/app/c"), name("acme/app/d"));

  private final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-24T08:00:00Z"));
  private final BlobStore store = new InMemoryBlobStore(clock);
  private final Records records = new Records(store);

  private static OciName name(String text) {
    return OciName.parse(text).orElseThrow();
  }

  private BlobUploads uploads(BlobStore over) {
    return new BlobUploads(
        over,
        new Blobs(over),
        new PartReceiver(over, new MemoryBudget(16 << 20)),
        new UploadState.Codec(RegistryTestBase.utf8("secret")),
        clock);
  }

  /** In two requests, so that its bytes are content that its record names. */
  private void upload(BlobStore over, OciName name) {
    BlobUploads uploads = uploads(over);
    BlobUploads.Open open = uploads.start(name);
    String id = open.state().id();
    open = done(uploads.append(name, id, address(open), body(CONTENT)));
    done(uploads.complete(name, id, address(open), DIGEST, body(new byte[0])));
  }

  private static <T> T done(CompletionStage<T> upload) {
    return upload.toCompletableFuture().join();
  }

  private static String address(BlobUploads.Open open) {
    return open.location().substring(open.location().indexOf("state=") + "state=".length());
  }

  private static BlobUploads.Body body(byte[] content) {
    return new BlobUploads.Body(BytesBody.chunked(content), Optional.empty());
  }

  private static void delete(BlobStore over, OciName name) {
    try {
      new Blobs(over).delete(name, DIGEST);
    } catch (Failed e) {
      assertThat(e.code()).isEqualTo("BLOB_UNKNOWN");
    }
  }

  private void createTheRepository() {
    RepositoryName repository = RepositoryName.of("acme/app");
    records.create(
        ObjectKeys.repository(repository), new RepositoryRecord(1, repository, Instant.EPOCH));
  }

  private void assertEveryBlobIsWhole(String when) {
    for (OciName name : NAMES) {
      records
          .read(OciKeys.blob(name.value(), DIGEST.toString()), BlobRecord.class)
          .ifPresent(
              blob -> {
                for (Part part : blob.parts()) {
                  assertThat(store.head(ObjectKeys.content(part.sha256(), part.upload())))
                      .as("%s: part of the blob in %s", when, name)
                      .isPresent();
                }
              });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 200, 400})
  void concurrentMountsDeletesAndUploads(int firstSeed) {
    createTheRepository();
    for (int seed = firstSeed; seed < firstSeed + 200; seed++) {
      Random random = new Random(seed);
      for (OciName name : NAMES) {
        delete(store, name);
      }
      upload(store, NAMES.get(random.nextInt(NAMES.size())));
      clock.advance(GRACE.multipliedBy(3));
      Turns turns = new Turns(random);
      BlobStore shared = turns.over(store);
      List<Runnable> tasks = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        tasks.add(() -> new ContentSweeper(shared, TestFormats.all(), GRACE, clock).sweep());
      }
      for (int i = 0; i < 4; i++) {
        OciName from = NAMES.get(random.nextInt(NAMES.size()));
        OciName to = NAMES.get(random.nextInt(NAMES.size()));
        OciName victim = NAMES.get(random.nextInt(NAMES.size()));
        boolean uploader = random.nextInt(8) == 0;
        tasks.add(
            () -> {
              uploads(shared).mount(to, from, DIGEST);
              delete(shared, victim);
              uploads(shared).mount(from, to, DIGEST);
              if (uploader) {
                upload(shared, victim);
              }
            });
      }

      turns.play(tasks);

      assertEveryBlobIsWhole("seed " + seed);
    }
  }

  /** The order that a mark phase without notice of mounts gets wrong. */
  @Test
  void aBlobThatMovesBehindTheSweepersBackKeepsItsBytes() {
    createTheRepository();
    OciName early = NAMES.get(0);
    OciName late = NAMES.get(3);
    upload(store, late);
    clock.advance(GRACE.multipliedBy(2));
    boolean[] moved = new boolean[1];
    BlobStore watched =
        Turns.before(
            store,
            (method, key) -> {
              // The first page has been listed, without the new name, when its records are read.
              if (method.equals("get") && !moved[0]) {
                moved[0] = true;
                assertThat(uploads(store).mount(early, late, DIGEST)).isTrue();
                delete(store, late);
              }
            });

    new ContentSweeper(watched, TestFormats.all(), GRACE, clock).sweep();

    assertThat(moved[0]).isTrue();
    assertThat(new Blobs(store).find(early, DIGEST)).isPresent();
    assertEveryBlobIsWhole("after the move");
  }

  @Test
  void anUploadThatTookTooLongMakesNoRecord() {
    createTheRepository();
    BlobUploads uploads = uploads(store);
    OciName name = NAMES.get(0);
    BlobUploads.Open open = uploads.start(name);
    String id = open.state().id();
    String address = address(open);
    clock.advance(UploadTimes.LIFETIME.minusSeconds(1));
    assertThatThrownBy(() -> done(uploads.complete(name, id, address, DIGEST, slow(body(CONTENT)))))
        .cause()
        .isInstanceOfSatisfying(
            Failed.class, e -> assertThat(e.code()).isEqualTo("BLOB_UPLOAD_UNKNOWN"));

    assertThat(new Blobs(store).find(name, DIGEST)).isEmpty();
    assertThat(store.list(ObjectKeys.CONTENT, "", 10).entries()).isEmpty();
  }

  @Test
  void partsThatWaitedTooLongAreNamedByNoRecord() {
    createTheRepository();
    BlobUploads uploads = uploads(store);
    OciName name = NAMES.get(0);
    BlobUploads.Open open = uploads.start(name);
    String id = open.state().id();
    String address = address(done(uploads.append(name, id, address(open), body(CONTENT))));
    clock.advance(UploadTimes.LIFETIME.minusSeconds(1));

    assertThatThrownBy(
            () -> done(uploads.complete(name, id, address, DIGEST, slow(body(new byte[0])))))
        .cause()
        .isInstanceOfSatisfying(
            Failed.class, e -> assertThat(e.code()).isEqualTo("BLOB_UPLOAD_UNKNOWN"));

    assertThat(new Blobs(store).find(name, DIGEST)).isEmpty();
  }

  private BlobUploads.Body slow(BlobUploads.Body body) {
    IncomingBody content = body.content();
    return new BlobUploads.Body(
        new IncomingBody() {
          @Override
          public long announced() {
            return content.announced();
          }

          @Override
          public CompletionStage<ReceivedPiece> next(long most) {
            clock.advance(Duration.ofHours(4));
            return content.next(most);
          }
        },
        body.range());
  }
}
