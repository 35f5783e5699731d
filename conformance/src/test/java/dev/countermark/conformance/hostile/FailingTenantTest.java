package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.nuget.NugetFeed;
import dev.countermark.conformance.nuget.TimestampAuthority;
import dev.countermark.testkit.nuget.NugetPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One tenant whose packages cannot be signed, because the timestamps that its setting requires are
 * not to be had, pushes many; another one beside it pushes a few.
 */
class FailingTenantTest {
  private static final int PUSHES = Boolean.getBoolean("hostile.long") ? 1_000 : 100;
  private static final int WARM_UP = 20;
  private static final int CLIENTS = 8;

  /** Threads of a signer: what was under way when the authority went away may be for nothing. */
  private static final int UNDER_WAY = 32;

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static TimestampAuthority authority;
  private static Platform platform;
  private static LivingGateway gateway;
  private static OtherTenants others;

  @BeforeAll
  static void start() {
    authority = new TimestampAuthority();
    authority.available(false);
    platform = Platform.start(Map.of("COUNTERMARK_NUGET_TIMESTAMP_AUTHORITIES", authority.url()));
    gateway = new LivingGateway(platform);
    others = new OtherTenants(gateway);
  }

  @AfterAll
  static void stop() {
    others.close();
    platform.close();
    authority.close();
  }

  @AfterEach
  void liveOn() {
    gateway.requireAlive();
  }

  private static List<NugetPackage> packages() {
    List<NugetPackage> packages = new ArrayList<>();
    for (int i = 0; i < PUSHES; i++) {
      packages.add(NugetPackage.of("Hostile.Failing", "1.0." + i, 9_000 + i));
    }
    return packages;
  }

  private static void pushAll(NugetFeed feed, List<NugetPackage> packages) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<Integer>> statuses =
          packages.stream()
              .map(nupkg -> clients.submit(() -> feed.push(nupkg.bytes()).statusCode()))
              .toList();
      for (Future<Integer> status : statuses) {
        assertThat(status.get()).isEqualTo(202);
      }
    } finally {
      clients.shutdownNow();
    }
  }

  private static long signatures() {
    return (long) gateway.measured("key-service", "countermark_keys_signatures_total");
  }

  private static long retries() {
    return (long) gateway.measured(Platform.SIGNER, "countermark_signing_retries_total");
  }

  /** Everything that the key service stores, its audit log foremost, bytes. */
  private static long stored() throws IOException {
    Path keys = platform.requireData().resolve("objects/countermark-keys");
    try (Stream<Path> files = Files.walk(keys)) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }

  @Test
  void leavesOthersAndTheAuditLogAlone() throws Exception {
    NugetFeed other = NugetFeed.open(platform);
    // What others wait for below is what a tenant does, not that it was never done before.
    for (int i = 0; i < WARM_UP; i++) {
      other.pushed(NugetPackage.of("Hostile.Other", "0.1." + i, 1_000 + i));
    }
    other.pushed(NugetPackage.of("Hostile.Other", "1.0.0", 1));
    long before = signatures();
    NugetFeed failing =
        NugetFeed.open(
            platform, JsonNodeFactory.instance.objectNode().put("timestamps", "required"));
    List<NugetPackage> packages = packages();

    try (OtherTenants.Watch watch = others.watch()) {
      pushAll(failing, packages);
      await("all of them were tried")
          .atMost(PATIENCE)
          .until(() -> gateway.measured(Platform.SIGNER, "countermark_signing_resting") >= PUSHES);
      for (int i = 1; i <= 5; i++) {
        other.pushed(NugetPackage.of("Hostile.Other", "1.0." + i, 1 + i));
      }
      watch.requireUndisturbed(PUSHES + " packages that cannot be signed");
    }

    long made = signatures();
    assertThat(made - before - 5).as("useless signatures").isBetween(0L, (long) UNDER_WAY);
    long stored = stored();
    long tries = retries();
    await("they are tried again").atMost(PATIENCE).until(() -> retries() > tries + PUSHES);
    assertThat(signatures()).isEqualTo(made);
    assertThat(stored()).isEqualTo(stored);

    JsonNode status =
        await("it is told why they wait")
            .atMost(PATIENCE)
            .until(
                () -> failing.status("Hostile.Failing", "1.0." + (PUSHES - 1)),
                s -> s.has("waiting"));
    assertThat(status.path("status").asText()).isEqualTo("pending");
    assertThat(status.path("waiting").path("code").asText())
        .isEqualTo("TIMESTAMP_AUTHORITY_UNAVAILABLE");
    assertThat(status.path("waiting").path("nextTry").asText()).isNotEmpty();

    authority.available(true);
    for (NugetPackage nupkg : packages) {
      await(nupkg.version() + " is signed")
          .atMost(PATIENCE)
          .until(
              () -> failing.status(nupkg.id(), nupkg.version()).path("status").asText(),
              "signed"::equals);
    }
    assertThat(signatures() - made).isEqualTo(PUSHES);
  }
}
