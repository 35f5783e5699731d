package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Signatures of several signers in one manifest: none is lost, whoever comes last. */
class LegacySignaturesTest {
  private static LegacySignatures.Layer layer(int number) {
    return new LegacySignatures.Layer(
        Content.blob(
            MediaTypes.SIMPLE_SIGNING,
            ("{\"n\":" + number / 2 + "}").getBytes(StandardCharsets.UTF_8)),
        "signature-" + number);
  }

  private static byte[] manifest(List<LegacySignatures.Layer> layers) {
    return LegacySignatures.render(layers).manifest().bytes();
  }

  private static List<LegacySignatures.Layer> layers(byte[] manifest) {
    return LegacySignatures.layers(
        manifest,
        digest -> {
          for (int n = 0; n < 20; n++) {
            if (layer(n).payload().digest().equals(digest)) {
              return Optional.of(layer(n).payload().bytes());
            }
          }
          return Optional.empty();
        });
  }

  private static byte[] union(byte[] first, byte[] second) {
    return LegacySignatures.union(first, second).map(u -> u.manifest().bytes()).orElse(first);
  }

  private static List<LegacySignatures.Layer> some(Random random) {
    Set<Integer> numbers = new LinkedHashSet<>();
    for (int n = 1 + random.nextInt(6); n > 0; n--) {
      numbers.add(random.nextInt(20));
    }
    return numbers.stream().map(LegacySignaturesTest::layer).toList();
  }

  @Test
  void whatWasRenderedReadsBack() {
    List<LegacySignatures.Layer> layers = List.of(layer(3), layer(1), layer(2));
    assertThat(layers(manifest(layers))).isEqualTo(layers);
  }

  @Test
  void aUnionHoldsBothInOrderAndNothingTwice() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      List<LegacySignatures.Layer> first = some(random);
      List<LegacySignatures.Layer> second = some(random);
      Set<LegacySignatures.Layer> expected = new LinkedHashSet<>(first);
      expected.addAll(second);

      byte[] union = union(manifest(first), manifest(second));

      assertThat(layers(union)).isEqualTo(new ArrayList<>(expected));
      assertThat(LegacySignatures.contains(union, manifest(first))).isTrue();
      assertThat(LegacySignatures.contains(union, manifest(second))).isTrue();
    }
  }

  @Test
  void aUnionWithItselfOrAPartOfItIsNoChange() {
    Random random = new Random(2);
    for (int i = 0; i < 500; i++) {
      byte[] whole = manifest(some(random));
      List<LegacySignatures.Layer> part = layers(whole);
      assertThat(LegacySignatures.union(whole, whole)).isEmpty();
      assertThat(LegacySignatures.union(whole, manifest(part.subList(0, 1)))).isEmpty();
    }
  }

  @Test
  void theOrderOfWritersDoesNotDecideWhatIsThere() {
    Random random = new Random(3);
    for (int i = 0; i < 500; i++) {
      byte[] a = manifest(some(random));
      byte[] b = manifest(some(random));
      byte[] c = manifest(some(random));
      assertThat(layers(union(union(a, b), c)))
          .containsExactlyInAnyOrderElementsOf(layers(union(a, union(b, c))))
          .containsExactlyInAnyOrderElementsOf(layers(union(union(c, b), a)));
    }
  }

  @Test
  void unknownMembersAreKept() {
    byte[] users =
        new String(manifest(List.of(layer(1))), StandardCharsets.UTF_8)
            .replaceFirst("\\{", "{\"annotations\":{\"by\":\"me\"},")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(new String(union(users, manifest(List.of(layer(2)))), StandardCharsets.UTF_8))
        .contains("\"annotations\":{\"by\":\"me\"}");
  }

  @Test
  void aManifestDoesNotGrowForEver() {
    List<LegacySignatures.Layer> many = new ArrayList<>();
    for (int n = 0; n < LegacySignatures.MOST_LAYERS; n++) {
      many.add(layer(n));
    }
    byte[] full = manifest(many);
    assertThat(LegacySignatures.union(full, manifest(List.of(layer(5000))))).isEmpty();
  }

  private static byte[] of(int... numbers) {
    return manifest(
        java.util.Arrays.stream(numbers).mapToObj(LegacySignaturesTest::layer).toList());
  }

  @Test
  void whoDidNotSeeTheLastLayersRaced() {
    Optional<byte[]> own = Optional.of(of(1));
    assertThat(LegacySignatures.raced(of(1, 2, 3), of(1, 2, 4), own)).isTrue();
    assertThat(LegacySignatures.raced(of(1, 2, 3), of(1, 4), own)).isTrue();
    assertThat(LegacySignatures.raced(of(2, 3), of(4), Optional.empty())).isTrue();
  }

  @Test
  void whoSawThemDidNot() {
    Optional<byte[]> own = Optional.of(of(1));
    // Appends, adds nothing, keeps a later one, or leaves out ours only.
    assertThat(LegacySignatures.raced(of(1, 2, 3), of(1, 2, 3, 4), own)).isFalse();
    assertThat(LegacySignatures.raced(of(1, 2, 3), of(1, 2), own)).isFalse();
    assertThat(LegacySignatures.raced(of(1, 2, 3), of(1, 3, 4), own)).isFalse();
    assertThat(LegacySignatures.raced(of(1, 2), of(2, 3), own)).isFalse();
    assertThat(LegacySignatures.raced(of(1), of(2), own)).isFalse();
  }

  /** What racing writers leave is what later ones race against. */
  @Test
  void writersThatAlwaysRaceLoseNothing() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      List<byte[]> states = new ArrayList<>(List.of(of(0)));
      for (int n = 1; n < 15; n++) {
        byte[] seen = states.get(random.nextInt(states.size()));
        byte[] pushed = union(seen, of(n));
        byte[] current = states.get(states.size() - 1);
        states.add(
            LegacySignatures.raced(current, pushed, Optional.empty())
                ? union(current, pushed)
                : pushed);
      }
      assertThat(layers(states.get(states.size() - 1))).hasSize(15);
    }
  }

  @Test
  void oursComesFirstAndWhatIsNotWantedIsLeftOut() {
    var rendered =
        LegacySignatures.before(
            of(5), of(2, 5, 8), digest -> !digest.equals(layer(2).payload().digest()));
    assertThat(layers(rendered.manifest().bytes())).containsExactly(layer(5), layer(8));
  }
}
