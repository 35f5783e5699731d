package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.PartKiller;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.testkit.nuget.NugetPackage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Events come twice, too early and in any order, and what signing takes is away for a while (nuget
 * reference, section 8.4, case 16): each version is signed exactly once, and none is seen before.
 */
class NugetOutageTest {
  private static final int VERSIONS = 8;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Of the record: received, then signed. Every other change would be one more. */
  private static final long SIGNED_ONCE = 2;

  private static TimestampAuthority authority;
  private static Platform platform;
  private static Intruder store;

  private NugetFeed feed;

  @BeforeAll
  static void start() {
    authority = new TimestampAuthority();
    platform = Platform.start(Map.of("COUNTERMARK_NUGET_TIMESTAMP_AUTHORITIES", authority.url()));
    store = Intruder.into(platform);
  }

  @AfterAll
  static void stop() {
    store.close();
    platform.close();
    authority.close();
  }

  @BeforeEach
  void open() {
    authority.available(true);
    feed = NugetFeed.open(platform);
  }

  private static List<NugetPackage> packages(String id) {
    List<NugetPackage> packages = new ArrayList<>();
    for (int i = 0; i < VERSIONS; i++) {
      packages.add(NugetPackage.of(id, "1.0." + i, 2_000 + i));
    }
    return packages;
  }

  private void push(NugetPackage nupkg) {
    assertThat(feed.push(nupkg.bytes()).statusCode()).isEqualTo(202);
  }

  /** Never seen unsigned: neither listed nor handed out. */
  private void assertUnseen(NugetPackage nupkg) {
    assertThat(feed.status(nupkg.id(), nupkg.version()).path("status").asText())
        .isEqualTo("pending");
    assertThat(feed.find(nupkg.id(), nupkg.version()).statusCode()).isEqualTo(404);
    assertThat(feed.listed(nupkg.id())).doesNotContain(nupkg.version());
  }

  private void assertSignedOnce(NugetPackage nupkg) {
    await(nupkg.version() + " is signed")
        .atMost(LIMIT)
        .until(
            () -> feed.status(nupkg.id(), nupkg.version()).path("status").asText(),
            "signed"::equals);
    assertThat(store.record(feed, nupkg).generation()).isEqualTo(SIGNED_ONCE);
    VerificationReport report =
        OwnVerifier.verify(
            feed.download(nupkg.id(), nupkg.version()), feed.config(), List.of(TestTsa.ROOT));
    assertThat(report.accepted()).as(report::toString).isTrue();
  }

  @Test
  void eventsThatComeTwiceOrTooEarlyChangeNothing() {
    List<NugetPackage> packages = packages("Conformance.Events");
    List<NugetPackage> shuffled = new ArrayList<>(packages);
    Random random = new Random(5);
    try (PlatformEvents events = PlatformEvents.of(platform)) {
      for (NugetPackage nupkg : packages) {
        events.resync(feed, nupkg);
        events.uploaded(feed, nupkg);
      }
      packages.forEach(this::push);
      int rounds = 3;
      for (int round = 0; round < rounds; round++) {
        Collections.shuffle(shuffled, random);
        for (NugetPackage nupkg : shuffled) {
          events.resync(feed, nupkg);
          events.uploaded(feed, nupkg);
        }
      }
      packages.forEach(this::assertSignedOnce);
      for (NugetPackage nupkg : packages) {
        // The push told of it, too.
        await("all events about " + nupkg.version() + " are dealt with")
            .atMost(LIMIT)
            .until(() -> events.signed(feed, nupkg).size() >= 2 * rounds + 1);
        assertThat(events.signed(feed, nupkg)).filteredOn(PackageSigned::changed).hasSize(1);
        assertSignedOnce(nupkg);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"signer", "key-service"})
  void whatIsPushedWhileAPartIsAwayIsSignedOnce(String part) throws Exception {
    List<NugetPackage> packages = packages("Conformance.Outage");
    try (PartKiller killer = new PartKiller(platform, List.of(part), new Random(6))) {
      killer.killOneDuring(() -> packages.forEach(this::push));
    }
    packages.forEach(this::assertSignedOnce);
  }

  @Test
  void whatMustBeTimestampedWaitsForTheAuthority() {
    feed = NugetFeed.open(platform, timestamps("required"));
    NugetPackage nupkg = NugetPackage.of("Conformance.Required", "1.0.0", 71);
    authority.available(false);
    push(nupkg);
    // A package without such demands, pushed later, overtakes it.
    NugetFeed other = NugetFeed.open(platform);
    other.pushed(NugetPackage.of("Conformance.Undemanding", "1.0.0", 72));
    assertUnseen(nupkg);

    authority.available(true);

    assertSignedOnce(nupkg);
    assertTimestamped(nupkg, true);
  }

  @Test
  void whatShouldBeTimestampedDoesNotWait() {
    feed = NugetFeed.open(platform, timestamps("preferred"));
    NugetPackage with = NugetPackage.of("Conformance.Preferred", "1.0.0", 73);
    push(with);
    assertSignedOnce(with);
    assertTimestamped(with, true);

    authority.available(false);
    NugetPackage without = NugetPackage.of("Conformance.Preferred", "1.0.1", 74);
    push(without);
    assertSignedOnce(without);
    assertTimestamped(without, false);
  }

  private static ObjectNode timestamps(String policy) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("anonymousRead", true)
        .put("timestamps", policy);
  }

  private void assertTimestamped(NugetPackage nupkg, boolean timestamped) {
    VersionRecord record = store.record(feed, nupkg);
    assertThat(record.signed().orElseThrow().signature().timestamped()).isEqualTo(timestamped);
    VerificationReport report =
        OwnVerifier.verify(
            feed.download(nupkg.id(), nupkg.version()), feed.config(), List.of(TestTsa.ROOT));
    assertThat(OwnVerifier.codes(report))
        .isEqualTo(timestamped ? List.of() : List.of("WARNING NU3027"));
    assertThat(report.signatures().get(0).timestamps()).hasSize(timestamped ? 1 : 0);
  }

  /** Also for the client itself, once it trusts the authority. */
  @Test
  void theClientTakesTheTimestamp() {
    Dotnet dotnet = Dotnet.require(platform);
    feed = NugetFeed.open(platform, timestamps("required"));
    byte[] signed = feed.pushed(NugetPackage.of("Conformance.Stamped", "1.0.0", 75));

    Command.Result untrusted = dotnet.verify(signed, feed.config());
    assertThat(Dotnet.codes(untrusted)).contains("ERROR NU3028");
    Command.Result trusted =
        dotnet.trustingTimestampsOf(TestTsa.ROOT).verify(signed, feed.config());
    assertThat(trusted.exitCode()).as(trusted::toString).isZero();
    assertThat(Dotnet.codes(trusted)).isEmpty();
  }
}
