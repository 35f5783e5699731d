package dev.countermark.gateway.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceFilterTest {
  @ParameterizedTest
  @ValueSource(ints = {8, 1024, 65_536})
  void neverDeniesWhatItHolds(int bytes) {
    ReferenceFilter filter = new ReferenceFilter(bytes);
    IntStream.range(0, 20_000).forEach(i -> filter.add("key " + i));

    assertThat(IntStream.range(0, 20_000)).allMatch(i -> filter.mayHold("key " + i));
  }

  @Test
  void seldomClaimsWhatItDoesNotHold() {
    ReferenceFilter filter = new ReferenceFilter(32 * 1024); // 13 bits per key
    IntStream.range(0, 20_000).forEach(i -> filter.add("key " + i));

    long wrong = IntStream.range(0, 20_000).filter(i -> filter.mayHold("other " + i)).count();

    assertThat(wrong).isLessThan(400);
  }

  @Test
  void errsAboutOtherKeysEachTime() {
    // Full to the point that it often errs: a key that is unlucky once must not be so for ever.
    long alwaysWrong =
        IntStream.range(0, 1000)
            .filter(i -> IntStream.range(0, 20).allMatch(run -> claims("other " + i, run)))
            .count();

    assertThat(alwaysWrong).isZero();
  }

  private final ReferenceFilter[] full =
      IntStream.range(0, 20)
          .mapToObj(
              run -> {
                ReferenceFilter filter = new ReferenceFilter(1024);
                IntStream.range(0, 1500).forEach(i -> filter.add("key " + i));
                return filter;
              })
          .toArray(ReferenceFilter[]::new);

  private boolean claims(String key, int run) {
    return full[run].mayHold(key);
  }

  @Test
  void hasASizeThatCanBeMasked() {
    for (int bytes : new int[] {0, 4, 1000, -8}) {
      assertThatThrownBy(() -> new ReferenceFilter(bytes))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
