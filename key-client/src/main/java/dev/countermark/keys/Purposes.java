package dev.countermark.keys;

import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.KeyTerms.Acceptance;
import dev.countermark.contracts.KeyTerms.Algorithm;
import dev.countermark.contracts.KeyTerms.Certification;
import dev.countermark.contracts.KeyTerms.Names;
import dev.countermark.keys.KeyClient.Purpose;
import java.time.Duration;
import java.time.Period;
import java.util.Map;
import java.util.Optional;

/** The purposes that keys are made for, and what the keys of each are like. */
public final class Purposes {
  private Purposes() {}

  /** All of them. */
  public static Map<Purpose, KeyTerms> found() {
    return Map.of(
        new Purpose("oci"),
        KeyTerms.bare(Algorithm.ECDSA),
        new Purpose("nuget"),
        new KeyTerms(
            Algorithm.RSA,
            // Clients remember the list of certificates for up to an hour.
            Duration.ofHours(1),
            Optional.of(
                new Certification(
                    new Names("Package Signing", "repository signing", false),
                    false,
                    Period.ofYears(2),
                    Duration.ofDays(90),
                    false,
                    new Acceptance(false, true)))),
        new Purpose("swift"),
        new KeyTerms(
            Algorithm.ECDSA,
            // Clients trust the root or the intermediate, never one key.
            Duration.ZERO,
            Optional.of(
                new Certification(
                    new Names("Swift Package Signing", "package signing", true),
                    true,
                    // Nothing bridges their end, as signatures carry no timestamps.
                    Period.ofYears(5),
                    Duration.ofDays(180),
                    true,
                    new Acceptance(true, false)))));
  }
}
