package dev.countermark.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.KeyTerms.Certification;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.Purposes;
import dev.countermark.keyservice.KeyPolicy;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings by purpose, from their text to what the service does with them. */
class KeySettingsTest {
  private static final Purpose OCI = new Purpose("oci");
  private static final Purpose NUGET = new Purpose("nuget");
  private static final Purpose SWIFT = new Purpose("swift");

  private static Map<Purpose, KeyPolicy> policies(SmallRyeConfigBuilder source) {
    KeyServiceConfig config =
        source.withMapping(KeyServiceConfig.class).build().getConfigMapping(KeyServiceConfig.class);
    return KeySettings.policies(Purposes.found(), config, Instant.now());
  }

  private static Map<Purpose, KeyPolicy> policies(String... settings) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      all.put("countermark.keyservice." + settings[i], settings[i + 1]);
    }
    return policies(new SmallRyeConfigBuilder().withDefaultValues(all));
  }

  private static Certification certification(KeyPolicy policy) {
    return policy.terms().certification().orElseThrow();
  }

  @Test
  void hasDefaultsThatClientsLike() {
    Map<Purpose, KeyPolicy> policies = policies();
    assertThat(policies).containsOnlyKeys(OCI, NUGET, SWIFT);
    KeyPolicy nuget = policies.get(NUGET);
    assertThat(nuget.terms().algorithm()).isEqualTo(KeyTerms.Algorithm.RSA);
    assertThat(nuget.keyBits()).isEqualTo(3_072);
    assertThat(nuget.rootBits()).isEqualTo(4_096);
    assertThat(nuget.organization()).isEqualTo("Countermark");
    assertThat(nuget.terms().announced()).isEqualTo(Duration.ofHours(1));
    assertThat(certification(nuget).validity()).isEqualTo(Period.ofYears(2));
    assertThat(certification(nuget).renewBefore()).isEqualTo(Duration.ofDays(90));
    KeyPolicy swift = policies.get(SWIFT);
    assertThat(swift.terms().algorithm()).isEqualTo(KeyTerms.Algorithm.ECDSA);
    assertThat(swift.terms().announced()).isZero();
    assertThat(swift.organization()).isEqualTo("Countermark");
    assertThat(swift.revocations()).isEmpty();
    assertThat(certification(swift).validity()).isEqualTo(Period.ofYears(5));
    assertThat(certification(swift).renewBefore()).isEqualTo(Duration.ofDays(180));
    assertThat(policies.get(OCI).terms()).isEqualTo(KeyTerms.bare(KeyTerms.Algorithm.ECDSA));
  }

  @Test
  void takesWhatTheOperatorSets() {
    Map<Purpose, KeyPolicy> policies =
        policies(
            "announce-period.oci", "PT1M",
            "announce-period.nuget", "PT2M",
            "announce-period.swift", "PT3M",
            "ca.nuget.organization", "Acme",
            "ca.nuget.crl-url", "http://example.org",
            "ca.nuget.key-bits", "2048",
            "ca.nuget.root-bits", "3072",
            "ca.nuget.validity", "P1Y",
            "ca.nuget.renew-before", "P30D",
            "ca.swift.validity", "P3Y",
            "ca.swift.ocsp-url", "http://example.org/ocsp/swift");
    assertThat(policies.get(OCI).terms().announced()).isEqualTo(Duration.ofMinutes(1));
    KeyPolicy nuget = policies.get(NUGET);
    assertThat(nuget.terms().announced()).isEqualTo(Duration.ofMinutes(2));
    assertThat(nuget.organization()).isEqualTo("Acme");
    assertThat(nuget.keyBits()).isEqualTo(2_048);
    assertThat(nuget.rootBits()).isEqualTo(3_072);
    assertThat(certification(nuget).validity()).isEqualTo(Period.ofYears(1));
    assertThat(certification(nuget).renewBefore()).isEqualTo(Duration.ofDays(30));
    KeyPolicy swift = policies.get(SWIFT);
    assertThat(swift.terms().announced()).isEqualTo(Duration.ofMinutes(3));
    assertThat(certification(swift).validity()).isEqualTo(Period.ofYears(3));
    assertThat(certification(swift).renewBefore()).isEqualTo(Duration.ofDays(180));
    assertThat(swift.revocations()).contains(URI.create("http://example.org/ocsp/swift"));
    assertThat(nuget.revocations()).contains(URI.create("http://example.org"));
  }

  @Test
  void takesTheSameFromTheEnvironment() {
    Map<String, String> environment =
        Map.of(
            "COUNTERMARK_KEYSERVICE_ANNOUNCE_PERIOD_NUGET", "PT2M",
            "COUNTERMARK_KEYSERVICE_CA_NUGET_KEY_BITS", "2048",
            "COUNTERMARK_KEYSERVICE_CA_NUGET_RENEW_BEFORE", "P30D",
            "COUNTERMARK_KEYSERVICE_CA_SWIFT_OCSP_URL", "http://example.org/ocsp/swift");
    Map<Purpose, KeyPolicy> policies =
        policies(new SmallRyeConfigBuilder().withSources(new EnvConfigSource(environment, 300)));
    assertThat(policies.get(NUGET).terms().announced()).isEqualTo(Duration.ofMinutes(2));
    assertThat(policies.get(NUGET).keyBits()).isEqualTo(2_048);
    assertThat(certification(policies.get(NUGET)).renewBefore()).isEqualTo(Duration.ofDays(30));
    assertThat(policies.get(SWIFT).revocations())
        .contains(URI.create("http://example.org/ocsp/swift"));
  }

  @ParameterizedTest
  @CsvSource({
    "announce-period.cargo, PT1H",
    "ca.cargo.validity, P1Y",
    "ca.cargo.organization, Acme",
  })
  void namesASettingOfAPurposeThatIsNone(String setting, String value) {
    String named = setting.replaceAll("(cargo).*", "$1");
    assertThatThrownBy(() -> policies(setting, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "countermark.keyservice.%s: no such purpose; there are [nuget, oci, swift]", named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ca.oci.key-bits",
        "ca.oci.root-bits",
        "ca.oci.organization",
        "ca.oci.key-file",
        "ca.oci.certificates-file",
        "ca.oci.pkcs12-file",
        "ca.oci.pkcs12-password-file",
        "ca.oci.ocsp-url",
        "ca.oci.crl-url",
        "ca.swift.crl-url",
        "ca.swift.key-bits",
        "ca.swift.root-bits",
        "ca.nuget.ocsp-url"
      })
  void namesASettingThatDoesNotApply(String setting) {
    String purpose = setting.substring(0, setting.lastIndexOf('.'));
    String last = setting.substring(setting.lastIndexOf('.') + 1);
    assertThatThrownBy(() -> policies(setting, "2048"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "countermark.keyservice." + purpose + ": " + last + " does not apply");
  }

  @ParameterizedTest
  @CsvSource({
    "ca.oci.validity, P1Y, ca.oci: validity does not apply",
    "ca.oci.renew-before, P1D, ca.oci: renew-before does not apply",
    "ca.nuget.key-bits, 1024, ca.nuget: key-bits is 2048 to 8192",
    "ca.nuget.validity, P0D, ca.nuget: validity is",
    "ca.nuget.crl-url, https://example.org, ca.nuget: lists of revoked certificates are fetched",
    "ca.swift.validity, P-1Y, ca.swift: validity is",
    "ca.swift.renew-before, PT-1S, ca.swift: renewBefore is negative",
    "announce-period.oci, PT-1S, announce-period.oci: announced is negative",
  })
  void namesASettingThatCannotBe(String setting, String value, String why) {
    assertThatThrownBy(() -> policies(setting, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("countermark.keyservice." + why);
  }
}
