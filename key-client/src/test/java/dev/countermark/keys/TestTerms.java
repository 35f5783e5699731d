package dev.countermark.keys;

import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.KeyTerms.Acceptance;
import dev.countermark.contracts.KeyTerms.Algorithm;
import dev.countermark.contracts.KeyTerms.Certification;
import dev.countermark.contracts.KeyTerms.Names;
import dev.countermark.contracts.KeyTerms.Revocation;
import java.time.Clock;
import java.time.Duration;
import java.time.Period;
import java.util.Map;
import java.util.Optional;

/** A purpose of each kind, for tests of this module, which knows no format. */
final class TestTerms {
  private TestTerms() {}

  static InMemoryKeyClient inMemory() {
    return new InMemoryKeyClient(
        Clock.systemUTC(),
        Map.of(
            KeyClientContract.OCI, KeyTerms.bare(Algorithm.ECDSA),
            KeyClientContract.NUGET, certified(Algorithm.RSA, false),
            KeyClientContract.SWIFT, certified(Algorithm.ECDSA, true)));
  }

  private static KeyTerms certified(Algorithm algorithm, boolean intermediate) {
    return new KeyTerms(
        algorithm,
        Duration.ZERO,
        Optional.of(
            new Certification(
                new Names("Test", "signing", false),
                intermediate,
                Period.ofYears(1),
                Duration.ofDays(30),
                Revocation.NEVER,
                new Acceptance(true, true))));
  }
}
