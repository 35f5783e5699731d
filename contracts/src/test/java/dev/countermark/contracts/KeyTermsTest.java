package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.KeyTerms.Acceptance;
import dev.countermark.contracts.KeyTerms.Algorithm;
import dev.countermark.contracts.KeyTerms.Certification;
import dev.countermark.contracts.KeyTerms.Names;
import java.time.Duration;
import java.time.Period;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyTermsTest {
  private static final Names NAMES = new Names("Package Signing", "signing", false);
  private static final Acceptance RSA_ONLY = new Acceptance(false, true);

  @Test
  void takesBareKeysAsReadyToSign() {
    KeyTerms terms = KeyTerms.bare(Algorithm.ECDSA);
    assertThat(terms.announced()).isZero();
    assertThat(terms.certification()).isEmpty();
  }

  @Test
  void refusesTimesThatNoKeyCanKeep() {
    Duration negative = Duration.ofSeconds(-1);
    assertThatThrownBy(() -> new KeyTerms(Algorithm.RSA, negative, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("announced");
    assertThatThrownBy(() -> certification(Period.ofYears(1), negative))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("renewBefore");
    assertThatThrownBy(() -> certification(Period.ZERO, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("validity");
  }

  @Test
  void refusesAnAuthorityOrARoleWithoutAName() {
    assertThatThrownBy(() -> new Names(" ", "signing", false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Names("Package Signing", "", false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Certification certification(Period validity, Duration renewBefore) {
    return new Certification(
        NAMES, false, validity, renewBefore, KeyTerms.Revocation.NEVER, RSA_ONLY);
  }
}
