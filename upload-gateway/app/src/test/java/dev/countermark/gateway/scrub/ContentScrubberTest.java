package dev.countermark.gateway.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Events.PackageDamaged;
import dev.countermark.contracts.Events.PackageRepaired;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.integrity.Quarantine;
import dev.countermark.gateway.kit.IntegrityEvents;
import dev.countermark.testkit.time.HandSetClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ContentScrubberTest {
  private static final String NAME = "acme/app/web";
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final Duration INTERVAL = Duration.ofDays(7);

  private final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-24T08:00:00Z"));
  private final InMemoryBlobStore store = new InMemoryBlobStore(clock);
  private final Records records = new Records(store);
  private final Quarantine quarantine = new Quarantine(store, clock, key -> {});
  private final Integrity integrity = new Integrity(store, quarantine);
  private final Told told = new Told();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private int seed;

  private static final class Told implements IntegrityEvents {
    private final List<PackageDamaged> damaged = new ArrayList<>();
    private final List<PackageRepaired> repaired = new ArrayList<>();
    private boolean away;

    @Override
    public void damaged(Format<?, ?> format, PackageDamaged found) {
      if (away) {
        throw new Failure.Transient("the broker is away", null);
      }
      damaged.add(found);
    }

    @Override
    public void repaired(Format<?, ?> format, PackageRepaired found) {
      repaired.add(found);
    }
  }

  private Scrub scrub() {
    return new Scrub(
        new Scrub.Parts(
            store, TestFormats.all(), integrity, quarantine, new MemoryBudget(64 << 20), told),
        new ScrubProgress(store, INTERVAL, clock),
        new ScrubMetrics(meters),
        1L << 30,
        clock);
  }

  /** A pass that begins now. */
  private void pass() {
    scrub().pass();
    clock.advance(INTERVAL);
    scrub().pass();
  }

  private byte[] random(int size) {
    byte[] content = new byte[size];
    new Random(++seed).nextBytes(content);
    return content;
  }

  private Part part(byte[] content) {
    Part part =
        new Part(Digest.sha256(content).encoded(), content.length, UUID.randomUUID().toString());
    store.put(key(part), content, content.length, part.sha256());
    return part;
  }

  private static String key(Part part) {
    return ObjectKeys.content(part.sha256(), part.upload());
  }

  private String blob(String name, Part... parts) {
    String digest = Digest.sha256(random(10)).toString();
    long size = List.of(parts).stream().mapToLong(Part::size).sum();
    records.create(
        OciKeys.blob(name, digest), new BlobRecord(digest, size, List.of(parts), Optional.empty()));
    return digest;
  }

  private void flip(String key) {
    byte[] content = store.get(key).orElseThrow().content();
    content[content.length / 2] ^= 4;
    store.put(key, content, content.length);
  }

  private double count(String meter) {
    return meters.counter(meter).count();
  }

  @Test
  void whatIsRightIsReadAndNothingComesOfIt() {
    blob(NAME, part(random(100)), part(random(200)));
    store.put(OciKeys.blobBytes(NAME, Digest.sha256(new byte[3]).toString()), new byte[3], 3);

    pass();

    assertThat(quarantine.size()).isZero();
    assertThat(told.damaged).isEmpty();
    assertThat(meters.get("countermark.scrub.read.bytes").counter().count()).isEqualTo(303);
  }

  @Test
  void aFlippedBitOfALargeBlobIsFoundToldAndKeptBack() {
    Part good = part(random(100));
    Part bad = part(random(5 << 20));
    String digest = blob(NAME, good, bad);
    flip(key(bad));

    pass();

    assertThat(quarantine.holds(OciKeys.blob(NAME, digest))).isTrue();
    assertThat(quarantine.holds(key(bad))).isTrue();
    assertThat(quarantine.holds(key(good))).isFalse();
    assertThat(told.damaged)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.repository()).isEqualTo(REPOSITORY);
              assertThat(event.name()).isEqualTo(NAME);
              assertThat(event.digest()).isEqualTo(digest);
              assertThat(event.object()).isEqualTo(key(bad));
            });
    assertThat(count("countermark.scrub.found")).isEqualTo(1);
    pass();
    assertThat(told.damaged).hasSize(1);
  }

  @Test
  void whoeverPutsItRightIsBelievedAndEverybodyIsTold() {
    Part bad = part(random(1_000));
    String digest = blob(NAME, bad);
    flip(key(bad));
    pass();
    flip(key(bad));

    scrub().look(); // no pass is due: what is marked is looked at all the same
    scrub().look();

    assertThat(quarantine.size()).isZero();
    assertThat(told.repaired)
        .singleElement()
        .satisfies(event -> assertThat(event.digest()).isEqualTo(digest));
  }

  @Test
  void aGoodCopyOfAnotherUploadRepairsAtOnce() {
    byte[] content = random(2_000);
    Part bad = part(content);
    Part worse = part(content);
    Part good = part(content);
    blob(NAME, bad);
    blob("acme/app/api", worse);
    blob("other/app/api", good);
    flip(key(bad));
    store.put(key(worse), new byte[1], 1);

    pass();

    for (Part part : List.of(bad, worse, good)) {
      assertThat(store.get(key(part)).orElseThrow().content()).isEqualTo(content);
    }
    assertThat(quarantine.size()).isZero();
    assertThat(count("countermark.scrub.repaired")).isEqualTo(2);
  }

  @Test
  void aBlobThatIsOneObjectIsRepairedFromAnotherRepository() {
    byte[] content = random(3_000);
    String digest = Digest.sha256(content).toString();
    String here = OciKeys.blobBytes(NAME, digest);
    store.put(here, content, content.length);
    store.put(OciKeys.blobBytes("zoo/keeper/app", digest), content, content.length);
    flip(here);

    pass();

    assertThat(store.get(here).orElseThrow().content()).isEqualTo(content);
    assertThat(quarantine.size()).isZero();
  }

  @Test
  void aPartIsRepairedFromABlobThatIsOneObject() {
    byte[] content = random(3_000);
    Part bad = part(content);
    blob(NAME, bad);
    String digest = Digest.sha256(content).toString();
    store.put(OciKeys.blobBytes("zoo/keeper/app", digest), content, content.length);
    store.delete(key(bad));

    pass();

    assertThat(store.get(key(bad)).orElseThrow().content()).isEqualTo(content);
  }

  @Test
  void aManifestThatIsNotWhatItsDigestSays() {
    byte[] content = random(50);
    String digest = Digest.sha256(random(50)).toString();
    records.create(
        OciKeys.manifest(NAME, digest),
        new ManifestRecord(
            1,
            REPOSITORY,
            NAME,
            digest,
            "application/json",
            Bytes.of(content),
            clock.instant(),
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));

    pass();

    assertThat(quarantine.holds(OciKeys.manifest(NAME, digest))).isTrue();
    assertThat(told.damaged).hasSize(1);
  }

  @Test
  void aRecordThatCannotBeReadStopsNothing() {
    String broken = OciKeys.blob("acme/app/a", Digest.sha256(random(1)).toString());
    store.create(broken, new byte[] {'{'});
    Part bad = part(random(1_000));
    blob(NAME, bad);
    flip(key(bad));

    pass();

    assertThat(quarantine.holds(broken)).isTrue();
    assertThat(quarantine.holds(key(bad))).isTrue();
  }

  @Test
  void whatIsDeletedIsNotMissed() {
    Part bad = part(random(1_000));
    String digest = blob(NAME, bad);
    flip(key(bad));
    pass();
    store.delete(OciKeys.blob(NAME, digest));
    store.delete(key(bad));

    clock.advance(Duration.ofDays(2));
    scrub().look();

    assertThat(store.list(ObjectKeys.QUARANTINE, "", 10).entries()).isEmpty();
  }

  @Test
  void whatACrashLeftUntoldIsTold() {
    Part bad = part(random(1_000));
    blob(NAME, bad);
    flip(key(bad));
    told.away = true;
    pass();
    assertThat(told.damaged).isEmpty();
    assertThat(quarantine.holds(key(bad))).isTrue();

    told.away = false;
    scrub().look();

    assertThat(told.damaged).hasSize(1);
  }

  @Test
  void aSliceEndsInTimeAndTheNextGoesOnThere() {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      parts.add(part(random(1_000)));
      blob(NAME, parts.get(i));
    }
    Finds finds =
        new Finds(
            store,
            quarantine,
            TestFormats.all(),
            new MemoryBudget(64 << 20),
            told,
            new ScrubMetrics(meters),
            clock);
    ContentScrubber scrubber =
        new ContentScrubber(
            store,
            TestFormats.all(),
            integrity,
            finds,
            new Pace(1L << 40, System::nanoTime, nanos -> {}));
    ContentScrubber.Slice slice = scrubber.slice("", 3 * ContentScrubber.EACH);
    long bytes = slice.bytes();
    int slices = 1;
    while (!slice.isLast()) {
      assertThat(slice.bytes()).isEqualTo(3_000);
      slice = scrubber.slice(slice.position(), 3 * ContentScrubber.EACH);
      bytes += slice.bytes();
      slices++;
    }

    assertThat(bytes).isEqualTo(20_000);
    assertThat(slices).isEqualTo(7);
  }
}
