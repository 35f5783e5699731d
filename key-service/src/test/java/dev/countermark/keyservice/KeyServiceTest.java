package dev.countermark.keyservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.KeyService.NugetKeys;
import dev.countermark.keyservice.KeyService.Rotation;
import java.time.Clock;
import java.time.Duration;
import java.time.Period;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that cannot be right are refused when the service is put together. */
class KeyServiceTest {
  private static NugetKeys keys(String organization, int keyBits, int rootBits, String validity) {
    return new NugetKeys(organization, keyBits, rootBits, Period.parse(validity), Optional.empty());
  }

  private static KeyService service(Duration renewBefore, String validity) {
    return new KeyService(
        new InMemoryBlobStore(),
        Fixtures.root(1),
        Clock.systemUTC(),
        new KeyService.Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), 1),
        Map.of(
            new Purpose("oci"),
            Rotation.announced(Duration.ZERO),
            new Purpose("nuget"),
            new Rotation(Duration.ofHours(1), renewBefore),
            new Purpose("swift"),
            new Rotation(Duration.ZERO, renewBefore)),
        keys("Example", 2_048, 2_048, validity),
        new KeyService.SwiftKeys("Example", Period.ofYears(5), Optional.empty(), Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1_024, 2_047, 8_193})
  void refusesKeysThatClientsRefuseOrThatTakeForever(int bits) {
    assertRefused(() -> keys("Example", bits, 4_096, "P2Y"), "key-bits");
    assertRefused(() -> keys("Example", 3_072, bits, "P2Y"), "root-bits");
  }

  @Test
  void refusesNamesAndTimesThatAreNone() {
    assertRefused(() -> keys(" ", 3_072, 4_096, "P2Y"), "organization");
    assertRefused(() -> keys("o".repeat(65), 3_072, 4_096, "P2Y"), "organization");
    assertRefused(() -> keys("Example", 3_072, 4_096, "P0D"), "validity");
    assertRefused(() -> keys("Example", 3_072, 4_096, "P-1Y"), "validity");
    assertRefused(() -> Rotation.announced(Duration.ofSeconds(-1)), "negative");
  }

  @Test
  void refusesToRenewEveryCertificateAtOnce() {
    assertThat(service(Duration.ofDays(30), "P31D")).isNotNull();
    assertRefused(() -> service(Duration.ofDays(31), "P31D"), "not shorter than validity");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String why) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
  }
}
