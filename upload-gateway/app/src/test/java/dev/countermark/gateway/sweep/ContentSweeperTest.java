package dev.countermark.gateway.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.sweep.ContentSweeper.Swept;
import dev.countermark.testkit.time.HandSetClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContentSweeperTest {
  private static final Duration GRACE = Duration.ofHours(24);
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String NAME = "acme/app/web";
  private final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-24T08:00:00Z"));
  private final InMemoryBlobStore store = new InMemoryBlobStore(clock);
  private final Records records = new Records(store);
  private int number;

  @BeforeEach
  void createTheRepository() {
    records.create(
        ObjectKeys.repository(REPOSITORY), new RepositoryRecord(1, REPOSITORY, Instant.EPOCH));
  }

  private Swept sweep() {
    return new ContentSweeper(store, TestFormats.all(), GRACE, clock).sweep().orElseThrow();
  }

  private Part part() {
    Part part = new Part(hex(), 100, UUID.randomUUID().toString());
    store.put(key(part), new byte[100], 100);
    return part;
  }

  private String hex() {
    return String.format("%064x", ++number);
  }

  private static String key(Part part) {
    return ObjectKeys.content(part.sha256(), part.upload());
  }

  private String blob(String name, Part... parts) {
    String digest = "sha256:" + hex();
    records.create(
        OciKeys.blob(name, digest),
        new BlobRecord(digest, 100L * parts.length, List.of(parts), Optional.empty()));
    return digest;
  }

  private boolean isThere(Part part) {
    return store.head(key(part)).isPresent();
  }

  @Test
  void deletesOldPartsThatNoRecordNames() {
    Part first = part();
    Part second = part();
    Part dead = part();
    blob(NAME, first, second);
    clock.advance(GRACE.plusSeconds(1));
    Part young = part();

    assertThat(sweep()).isEqualTo(new Swept(1, 100, 0, 0));

    assertThat(List.of(first, second, young)).allMatch(this::isThere);
    assertThat(isThere(dead)).isFalse();
    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 0));
  }

  @Test
  void whileARecordIsDamagedNoPartGoesButAllElseDoes() {
    Part dead = part();
    String broken = OciKeys.blob(NAME, "sha256:" + hex());
    store.create(broken, new byte[] {'{'});
    String over = OciKeys.uploadCancelled(UUID.randomUUID().toString());
    store.create(over, new byte[1]);
    clock.advance(GRACE.plusSeconds(1));

    assertThatThrownBy(this::sweep).isInstanceOf(IllegalStateException.class);
    assertThat(isThere(dead)).isTrue();
    assertThat(store.head(over)).isEmpty();

    store.delete(broken);
    assertThat(sweep()).isEqualTo(new Swept(1, 100, 0, 0));
  }

  @Test
  void aPartIsKeptUntilItsLastRecordGoes() {
    Part part = part();
    String digest = blob(NAME, part);
    records.create(
        OciKeys.blob("acme/app/api", digest),
        new BlobRecord(digest, 100, List.of(part), Optional.empty()));
    clock.advance(GRACE.plusSeconds(1));

    store.delete(OciKeys.blob(NAME, digest));
    sweep();
    assertThat(isThere(part)).isTrue();
    store.delete(OciKeys.blob("acme/app/api", digest));
    sweep();
    assertThat(isThere(part)).isFalse();
  }

  @Test
  void whatAMountAnnouncesIsKeptForTheGrace() {
    Part part = part();
    clock.advance(GRACE.multipliedBy(2));
    String note = OciKeys.uploadMount(UUID.randomUUID().toString());
    records.create(note, new BlobRecord("sha256:" + hex(), 100, List.of(part), Optional.empty()));

    sweep();
    assertThat(isThere(part)).isTrue();
    clock.advance(GRACE.plusSeconds(1));
    assertThat(sweep()).isEqualTo(new Swept(0, 0, 1, 0));
    assertThat(store.head(note)).isEmpty();
    assertThat(sweep()).isEqualTo(new Swept(1, 100, 0, 0));
  }

  @Test
  void deletesWhatIsLeftOfUploads() {
    String id = UUID.randomUUID().toString();
    store.create(OciKeys.uploadParts(id, 5), new byte[1]);
    store.create(OciKeys.uploadCancelled(id), new byte[1]);
    clock.advance(GRACE.plusSeconds(1));
    String young = OciKeys.uploadParts(UUID.randomUUID().toString(), 5);
    store.create(young, new byte[1]);

    assertThat(sweep().sessions()).isEqualTo(2);

    assertThat(store.list(OciKeys.UPLOADS, "", 10).entries())
        .extracting(BlobStore.Entry::key)
        .containsExactly(young);
  }

  @Test
  void deletesRecordsOfARepositoryThatIsGoneAndThenTheirContent() {
    Part part = part();
    String gone = blob("acme/gone/web", part);
    Part kept = part();
    blob(NAME, kept);
    store.create(OciKeys.tag("acme/gone", "1"), new byte[1]);
    clock.advance(GRACE.plusSeconds(1));
    String young = OciKeys.tag("acme/gone", "2");
    store.create(young, new byte[1]);

    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 2));
    assertThat(store.head(OciKeys.blob("acme/gone/web", gone))).isEmpty();
    assertThat(store.head(young)).isPresent();
    assertThat(sweep()).isEqualTo(new Swept(1, 100, 0, 0));
    assertThat(isThere(kept)).isTrue();
  }

  @Test
  void readsEveryPage() {
    for (int i = 0; i < 2500; i++) {
      blob(NAME, part());
      part();
    }
    clock.advance(GRACE.plusSeconds(1));

    Swept swept = sweep();

    // The filter may, very seldom, take a dead part for a live one.
    assertThat(swept.parts()).isBetween(2490L, 2500L);
    assertThat(swept.bytes()).isEqualTo(100 * swept.parts());
  }

  @Test
  void inlineBlobsAndLeftoversOfAnInterruptedWriteAreNoObstacle() {
    String digest = "sha256:" + hex();
    records.create(
        OciKeys.blob(NAME, digest),
        new BlobRecord(digest, 2, List.of(), Optional.of(Bytes.utf8("{}"))));
    store.create(OciKeys.blob(NAME, digest) + "-" + UUID.randomUUID(), new byte[] {'{'});
    store.create(ObjectKeys.CONTENT + "ab/leftover", new byte[3]);
    clock.advance(GRACE.plusSeconds(1));

    assertThat(sweep()).isEqualTo(new Swept(1, 3, 0, 0));
  }

  @Test
  void aBlobThatIsOneObjectStaysAndWhatABrokenOffWriteOfOneLeftGoes() {
    String blob = OciKeys.blobBytes(NAME, "sha256:" + hex());
    String left = OciKeys.blobBytes(NAME, "sha256:" + hex()) + "-" + UUID.randomUUID();
    store.put(blob, new byte[3], 3);
    store.put(left, new byte[2], 2);
    clock.advance(GRACE.plusSeconds(1));
    String young = OciKeys.blobBytes(NAME, "sha256:" + hex()) + "-" + UUID.randomUUID();
    store.put(young, new byte[2], 2);

    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 1));

    assertThat(store.head(blob)).isPresent();
    assertThat(store.head(left)).isEmpty();
    assertThat(store.head(young)).isPresent();
  }

  @Test
  void deletesNothingWhenARecordCannotBeRead() {
    Part dead = part();
    String digest = blob(NAME, part());
    clock.advance(GRACE.plusSeconds(1));
    BlobStore broken =
        observed(
            (method, key) -> {
              if (method.equals("get") && key.contains("_blobs")) {
                throw new Failure.Transient("the store is away", null);
              }
            });

    assertThatThrownBy(() -> new ContentSweeper(broken, TestFormats.all(), GRACE, clock).sweep())
        .isInstanceOf(Failure.Transient.class);

    assertThat(isThere(dead)).isTrue();
    store.delete(OciKeys.blob(NAME, digest));
    store.create(OciKeys.blob(NAME, digest), new byte[] {'?'});
    assertThatThrownBy(this::sweep).isInstanceOf(RuntimeException.class);
    assertThat(isThere(dead)).isTrue();
  }

  @Test
  void deletesNothingWhenReadingTookTooLong() {
    Part dead = part();
    blob(NAME, part());
    clock.advance(GRACE.plusSeconds(1));
    BlobStore slow =
        observed(
            (method, key) -> {
              if (method.equals("get")) {
                clock.advance(GRACE.dividedBy(2).plusSeconds(1));
              }
            });

    assertThat(new ContentSweeper(slow, TestFormats.all(), GRACE, clock).sweep()).isEmpty();
    assertThat(isThere(dead)).isTrue();
  }

  @Test
  void aRunThatBreaksOffIsFinishedByTheNext() {
    Part[] dead = {part(), part(), part()};
    clock.advance(GRACE.plusSeconds(1));
    int[] deleted = new int[1];
    BlobStore dying =
        observed(
            (method, key) -> {
              if (method.equals("delete") && ++deleted[0] == 2) {
                throw new Failure.Transient("the store is away", null);
              }
            });

    assertThatThrownBy(() -> new ContentSweeper(dying, TestFormats.all(), GRACE, clock).sweep())
        .isInstanceOf(Failure.Transient.class);
    assertThat(sweep().parts()).isEqualTo(2);
    assertThat(List.of(dead)).noneMatch(this::isThere);
  }

  @Test
  void theGraceIsLongerThanAnyUpload() {
    assertThatThrownBy(
            () -> new ContentSweeper(store, TestFormats.all(), Duration.ofHours(23), clock))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT24H");
  }

  @Test
  void countsWhatItDeleted() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    SweepMetrics metrics = new SweepMetrics(meters, clock);

    metrics.ended(new Swept(1, 2, 3, 4));
    metrics.ended(new Swept(1, 2, 3, 4));

    for (String[] expected : new String[][] {{"part", "2"}, {"session", "6"}, {"orphan", "8"}}) {
      assertThat(meters.get("countermark.sweep.deleted").tag("kind", expected[0]).counter().count())
          .isEqualTo(Double.parseDouble(expected[1]));
    }
    assertThat(meters.get("countermark.sweep.deleted.bytes").counter().count()).isEqualTo(4);
    assertThat(meters.get("countermark.sweep.last.run").gauge().value())
        .isEqualTo(clock.instant().getEpochSecond());
  }

  /** The store, and something that happens before each call with a key. */
  private BlobStore observed(BiConsumer<String, String> before) {
    return (BlobStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) -> {
              before.accept(method.getName(), (String) arguments[0]);
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
