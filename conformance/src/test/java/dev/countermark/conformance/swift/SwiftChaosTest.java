package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.PartKiller;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Parts of the platform are killed (SIGKILL) while releases are published: every publication that
 * was answered 2xx ends available with all its signatures, and nobody who reads meanwhile ever sees
 * a release half-signed. The long form: {@code -Dchaos.pushes=100}; another course of events:
 * {@code -Dchaos.seed=N}.
 */
class SwiftChaosTest {
  private static final List<String> PARTS =
      List.of("signer-swift", "key-service", "upload-gateway", "broker");
  private static final int PUSHES_PER_KILL = 5;
  private static final String NAME = "Chaos";

  private final int pushes = Integer.getInteger("chaos.pushes", 20);
  private final long seed = Long.getLong("chaos.seed", 4);
  private final Random random = new Random(seed);

  @Test
  void everyAcceptedPublicationEndsAvailableAndNothingHalfSignedIsSeen() throws Exception {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    AtomicBoolean done = new AtomicBoolean();
    try (Platform platform = Platform.start();
        PartKiller killer = new PartKiller(platform, PARTS, random)) {
      SwiftRegistry registry = SwiftRegistry.open(platform);
      X509Certificate root = registry.root();
      Future<Integer> read = reader.submit(() -> readUntil(done, registry, root));
      List<SwiftPackage> accepted = new ArrayList<>();
      for (int first = 0; first < pushes; first += PUSHES_PER_KILL) {
        int from = first;
        killer.killOneDuring(
            () -> {
              for (int i = from; i < Math.min(pushes, from + PUSHES_PER_KILL); i++) {
                accepted.add(publishUntilAccepted(registry, i));
              }
            });
      }
      for (SwiftPackage pkg : accepted) {
        await(pkg.path() + " is available (seed " + seed + ")")
            .atMost(Duration.ofMinutes(4))
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> registry.get("/" + pkg.path(), SwiftRegistry.JSON).statusCode() == 200);
        assertThat(isSigned(registry, pkg, root)).as(pkg.path()).isTrue();
      }
      done.set(true);
      assertThat(read.get()).isPositive();
      assertThat(accepted).hasSize(pushes);
    } finally {
      done.set(true);
      reader.shutdownNow();
    }
  }

  /** Tries again, as a publisher does; one whose answer was lost finds its release there. */
  private static SwiftPackage publishUntilAccepted(SwiftRegistry registry, int number) {
    SwiftPackage pkg = SwiftPackage.of(NAME, "1.0." + number);
    boolean[] lost = new boolean[1];
    await("publication " + number + " is accepted")
        .atMost(Duration.ofMinutes(3))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptionsInstanceOf(UncheckedIOException.class) // the gateway is down
        .untilAsserted(
            () -> {
              boolean answered = false;
              try {
                HttpResponse<byte[]> answer = registry.publish(pkg);
                answered = answer.statusCode() < 500;
                assertThat(answer.statusCode())
                    .as(() -> new String(answer.body(), StandardCharsets.UTF_8))
                    .isIn(lost[0] ? List.of(201, 202, 409) : List.of(201, 202));
              } finally {
                lost[0] |= !answered;
              }
            });
    return pkg;
  }

  /** How often a release was seen; each time with all its signatures. */
  private static int readUntil(AtomicBoolean done, SwiftRegistry registry, X509Certificate root) {
    int seen = 0;
    while (!done.get()) {
      try {
        HttpResponse<byte[]> list = registry.get("/demo/" + NAME, SwiftRegistry.JSON);
        if (list.statusCode() == 200) {
          var versions = Json.read(list.body(), JsonNode.class).path("releases").fieldNames();
          while (versions.hasNext() && !done.get()) {
            SwiftPackage pkg = SwiftPackage.of(NAME, versions.next());
            seen += isSigned(registry, pkg, root) ? 1 : 0;
          }
        }
      } catch (UncheckedIOException e) {
        LockSupport.parkNanos(20_000_000); // the gateway is down
      }
    }
    return seen;
  }

  /** Whether all of it could be fetched; whatever was fetched is signed. */
  private static boolean isSigned(SwiftRegistry registry, SwiftPackage pkg, X509Certificate root) {
    String path = "/" + pkg.path();
    HttpResponse<byte[]> release = registry.get(path, SwiftRegistry.JSON);
    HttpResponse<byte[]> archive = registry.get(path + ".zip", SwiftRegistry.ZIP);
    HttpResponse<byte[]> manifest = registry.get(path + "/Package.swift", SwiftRegistry.SWIFT);
    HttpResponse<byte[]> newer =
        registry.get(path + "/Package.swift?swift-version=5.9.0", SwiftRegistry.SWIFT);
    // What is listed is there, unless a part that it takes is just down.
    for (HttpResponse<byte[]> answer : List.of(release, archive, manifest, newer)) {
      assertThat(answer.statusCode()).matches(s -> s == 200 || s >= 500);
    }
    if (manifest.statusCode() == 200) {
      SwiftSignatures.assertManifestGenuine(manifest.body(), pkg.file(SwiftPackage.MANIFEST), root);
    }
    if (newer.statusCode() == 200) {
      SwiftSignatures.assertManifestGenuine(
          newer.body(), pkg.file(SwiftPackage.MANIFEST_5_9), root);
    }
    if (release.statusCode() != 200 || archive.statusCode() != 200) {
      return false;
    }
    JsonNode resource = Json.read(release.body(), JsonNode.class).path("resources").path(0);
    assertThat(resource.path("checksum").asText())
        .isEqualTo(SwiftSignatures.sha256(archive.body()));
    SwiftSignatures.assertGenuine(
        Base64.getDecoder()
            .decode(resource.path("signing").path("signatureBase64Encoded").asText()),
        archive.body(),
        root);
    return manifest.statusCode() == 200 && newer.statusCode() == 200;
  }
}
