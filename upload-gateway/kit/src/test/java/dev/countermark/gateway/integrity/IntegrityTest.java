package dev.countermark.gateway.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Checksummed;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IntegrityTest {
  private static final String HOLDER = "some/record.json";

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final List<String> changed = new ArrayList<>();
  private final Quarantine quarantine = new Quarantine(store, Clock.systemUTC(), changed::add);
  private final Integrity integrity = new Integrity(store, quarantine);

  private Part part(int size) throws Exception {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    Part part = new Part(sha256, size, UUID.randomUUID().toString());
    store.put(key(part), content, size, sha256);
    return part;
  }

  private static String key(Part part) {
    return ObjectKeys.content(part.sha256(), part.upload());
  }

  /** One bit of an object, and the same bit back. */
  private void flip(String key, int bit) {
    byte[] content = store.get(key).orElseThrow().content().clone();
    content[bit / 8] ^= (byte) (1 << bit % 8);
    store.put(key, content, content.length);
  }

  private void assertDamaged(List<Part> parts, boolean range) {
    assertThatThrownBy(() -> integrity.require(HOLDER, parts, range))
        .isInstanceOf(DamagedException.class);
  }

  @Test
  void whatIsRightIsReadOnceMoreAndNothingIsWritten() throws Exception {
    Part part = part(100_000);
    store.reset();

    integrity.require(HOLDER, List.of(part), false);

    assertThat(store.counts()).isEqualTo(Map.of("open", 1));
    assertThat(quarantine.size()).isZero();
  }

  @Test
  void oneBitOfTheLastPartKeepsAllOfItBack() throws Exception {
    List<Part> parts = List.of(part(100), part(4_000), part(100_000));
    flip(key(parts.get(2)), 799_999);

    assertDamaged(parts, false);

    assertThat(quarantine.holds(HOLDER)).isTrue();
    assertThat(integrity.isHeld("another", parts)).isTrue();
    assertThat(quarantine.find(HOLDER).orElseThrow().damaged()).containsExactly(key(parts.get(2)));
    assertThat(changed).containsExactlyInAnyOrder(HOLDER, key(parts.get(2)));
  }

  @Test
  void whatIsRightAgainIsHandedOutAgain() throws Exception {
    Part part = part(1_000);
    flip(key(part), 17);
    assertDamaged(List.of(part), false);
    flip(key(part), 17);

    integrity.require(HOLDER, List.of(part), false);

    assertThat(quarantine.size()).isZero();
    assertThat(store.list(ObjectKeys.QUARANTINE, "", 10).entries()).isEmpty();
  }

  @Test
  void whatIsCutShortOrGoneIsDamaged() throws Exception {
    Part cut = part(1_000);
    store.put(key(cut), new byte[10], 10);
    Part gone = part(2_000);
    store.delete(key(gone));

    assertDamaged(List.of(cut), false);
    assertDamaged(List.of(gone), false);
  }

  @Test
  void whatIsLargeIsNotReadButKnownDamageIsKeptBack() throws Exception {
    Part part = part((int) Integrity.SMALL + 1);
    flip(key(part), 1);
    store.reset();

    integrity.require(HOLDER, List.of(part), false);
    assertThat(store.operations).isEmpty();

    quarantine.hold(key(part), List.of(key(part)));
    assertDamaged(List.of(part), false);
  }

  @Test
  void manyRangesAreOneComparison() throws Exception {
    Part part = part(50_000);
    store.reset();
    for (int i = 0; i < 20; i++) {
      integrity.require(HOLDER, List.of(part), true);
    }
    assertThat(store.counts()).isEqualTo(Map.of("open", 1));

    flip(key(part), 3);
    assertDamaged(List.of(part), false);
    assertDamaged(List.of(part), true);
  }

  @Test
  void anObjectThatIsContentItself() throws Exception {
    byte[] content = "content".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (String algorithm : List.of("sha256", "sha512")) {
      String hex =
          HexFormat.of()
              .formatHex(
                  MessageDigest.getInstance(algorithm.replace("sha", "SHA-")).digest(content));
      Sum sum = Sum.parse(algorithm + ":" + hex).orElseThrow();
      store.put(algorithm, content, content.length);
      integrity.require(algorithm, sum, content.length, false);
      integrity.require(algorithm, sum, content);

      flip(algorithm, 5);
      assertThatThrownBy(() -> integrity.require(algorithm, sum, content.length, false))
          .isInstanceOf(DamagedException.class);
    }
  }

  private record Note(long generation, Bytes text) implements Checksummed {}

  @Test
  void aRecordThatIsNotWhatWasWrittenIsDamagedNotUnforeseen() {
    store.create("note", Json.write(new Note(1, Bytes.utf8("so it is"))));
    assertThat(integrity.read("note", Note.class)).isPresent();
    assertThat(integrity.read("other", Note.class)).isEmpty();

    flip("note", 8 * 28);

    assertThatThrownBy(() -> integrity.read("note", Note.class))
        .isInstanceOf(DamagedException.class);
    assertThat(quarantine.holds("note")).isTrue();
  }

  @Test
  void anotherGatewaySeesItAtItsNextLook() throws Exception {
    List<String> told = new ArrayList<>();
    Quarantine other = new Quarantine(store, Clock.systemUTC(), told::add);
    Part part = part(1_000);
    flip(key(part), 17);
    assertDamaged(List.of(part), false);

    other.refresh();
    assertThat(other.holds(HOLDER)).isTrue();
    assertThat(told).containsExactlyInAnyOrder(HOLDER, key(part));

    quarantine.lift(HOLDER);
    other.refresh();
    assertThat(other.holds(HOLDER)).isFalse();
    assertThat(other.holds(key(part))).isTrue();
  }
}
