package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_OPERATOR;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.OPERATOR;
import static dev.countermark.keyservice.Fixtures.SCOPE;
import static dev.countermark.keyservice.Fixtures.SIGNER;
import static dev.countermark.keyservice.Fixtures.SWIFT;
import static dev.countermark.keyservice.Fixtures.SWIFT_OPERATOR;
import static dev.countermark.keyservice.Fixtures.SWIFT_SIGNER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.testkit.time.HandSetClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A bucket that the service wrote when purposes were constants of an enum (3b45f75): per purpose
 * two versions, the first one revoked, and two signatures. It must go on working, to the byte.
 */
class BucketOfBeforeTest {
  private static final Instant MADE = Instant.parse("2026-11-24T12:00:00Z");

  private final BlobStore store = bucket();
  private final HandSetClock clock = new HandSetClock(MADE.plus(Duration.ofDays(1)));
  private final KeyCustodian custodian = replica(store, clock).custodian();

  private static BlobStore bucket() {
    BlobStore store = new InMemoryBlobStore();
    try (var file = BucketOfBeforeTest.class.getResourceAsStream("/bucket-of-before.txt")) {
      new String(file.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(line -> line.split("=", 2))
          .forEach(line -> store.create(line[0], Base64.getDecoder().decode(line[1])));
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Arguments> keys() {
    return Stream.of(
        Arguments.of(SCOPE, SIGNER, OPERATOR),
        Arguments.of(NUGET, NUGET_SIGNER, NUGET_OPERATOR),
        Arguments.of(SWIFT, SWIFT_SIGNER, SWIFT_OPERATOR));
  }

  @Test
  void holdsAllItsChains() {
    assertThat(breaks(store, true)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void signsRotatesAndCertifiesAsBefore(KeyScope scope, Caller signer, Caller operator) {
    List<PublicKeyVersion> before =
        custodian.versions(signer, scope).stream().filter(version -> !version.spare()).toList();
    assertThat(before).hasSize(2);
    assertThat(before.get(0).revokedAt()).isPresent();
    assertThat(custodian.sign(signer, scope, List.of(item("later"))).key())
        .isEqualTo(before.get(1));

    PublicKeyVersion third = custodian.rotate(operator, scope, true);
    assertThat(third.version()).isEqualTo(3);
    assertThat(authority(third)).isEqualTo(authority(before.get(1)));
    assertThat(custodian.sign(signer, scope, List.of(item("later"))).key()).isEqualTo(third);
    assertThat(breaks(store, true)).isEmpty();
  }

  private static List<Bytes> authority(PublicKeyVersion key) {
    return key.certificates().stream().skip(1).toList();
  }
}
