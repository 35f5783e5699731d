package dev.countermark.keyservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.KeyTerms.Algorithm;
import dev.countermark.contracts.KeyTerms.Certification;
import dev.countermark.contracts.KeyTerms.Names;
import dev.countermark.contracts.KeyTerms.Revocation;
import dev.countermark.keys.KeyClient.Purpose;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that cannot be right are refused when the service is put together. */
class KeyServiceTest {
  private static final KeyTerms CERTIFIED = terms("P2Y", Duration.ofDays(90));

  private static KeyTerms terms(String validity, Duration renewBefore) {
    return terms(validity, renewBefore, Revocation.NEVER);
  }

  private static KeyTerms terms(String validity, Duration renewBefore, Revocation revocation) {
    return new KeyTerms(
        Algorithm.RSA,
        Duration.ofHours(1),
        Optional.of(
            new Certification(
                new Names("Package Signing", "signing", false),
                false,
                Period.parse(validity),
                renewBefore,
                revocation,
                Fixtures.RSA)));
  }

  private static KeyPolicy policy(String organization, int keyBits, int rootBits) {
    return new KeyPolicy(
        CERTIFIED, keyBits, rootBits, organization, Optional.empty(), Optional.empty());
  }

  private static KeyService service(Duration renewBefore, String validity) {
    return Fixtures.replica(
        new InMemoryBlobStore(),
        Clock.systemUTC(),
        Map.of(new Purpose("certified"), KeyPolicy.of(terms(validity, renewBefore))));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1_024, 2_047, 8_193})
  void refusesKeysThatClientsRefuseOrThatTakeForever(int bits) {
    assertRefused(() -> policy("Example", bits, 4_096), "key-bits");
    assertRefused(() -> policy("Example", 3_072, bits), "root-bits");
  }

  @Test
  void refusesNamesThatAreNone() {
    assertRefused(() -> policy(" ", 3_072, 4_096), "organization");
    assertRefused(() -> policy("o".repeat(65), 3_072, 4_096), "organization");
  }

  @Test
  void knowsWhenAnAuthorityEndsOnceItIsThere() {
    Purpose certified = new Purpose("certified");
    KeyService service = service(Duration.ofDays(30), "P31D");
    assertThat(service.endOfAuthority(certified)).isEmpty();

    service.prepare(certified);

    assertThat(service.endOfAuthority(certified))
        .hasValueSatisfying(
            end -> assertThat(end).isAfter(Instant.now().plus(Duration.ofDays(7_000))));
  }

  @Test
  void refusesToRenewEveryCertificateAtOnce() {
    assertThat(service(Duration.ofDays(30), "P31D")).isNotNull();
    assertRefused(
        () -> service(Duration.ofDays(31), "P31D"),
        "certified: renew-before (PT744H) is not short");
  }

  @Test
  void refusesAuthorityAndResponderOfKeysThatNameNone() {
    ImportedAuthority authority =
        Forge.imported(Instant.now(), Forge.authority("Root").selfSigned());
    Optional<URI> responder = Optional.of(URI.create("http://example.org/ocsp"));
    KeyTerms bare = KeyTerms.bare(Algorithm.RSA);
    assertRefused(
        () -> new KeyPolicy(bare, 2_048, 2_048, "E", Optional.of(authority), Optional.empty()),
        "without certificates");
    for (KeyTerms terms : List.of(bare, CERTIFIED)) {
      assertRefused(
          () -> new KeyPolicy(terms, 2_048, 2_048, "E", Optional.empty(), responder),
          "no certificate may name");
    }
  }

  @Test
  void refusesListsThatNoClientFetches() {
    KeyTerms listed = terms("P1Y", Duration.ofDays(1), Revocation.LIST);
    for (String url :
        List.of("https://packages.example", "packages.example", "http:packages.example")) {
      assertRefused(
          () ->
              new KeyPolicy(
                  listed, 2_048, 2_048, "E", Optional.empty(), Optional.of(URI.create(url))),
          "over http");
    }
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String why) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
  }
}
