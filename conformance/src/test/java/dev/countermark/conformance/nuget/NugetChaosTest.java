package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.PartKiller;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.zip.ByteSource;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Parts of the platform are killed (SIGKILL) while packages are pushed: every push that was
 * answered 2xx ends signed, and nobody who reads meanwhile ever sees an unsigned one. The long
 * form: {@code -Dchaos.pushes=100}; another course of events: {@code -Dchaos.seed=N}.
 */
class NugetChaosTest {
  private static final List<String> PARTS =
      List.of("signer-nuget", "key-service", "upload-gateway", "broker");
  private static final int PUSHES_PER_KILL = 5;
  private static final String ID = "Conformance.Chaos";

  private final int pushes = Integer.getInteger("chaos.pushes", 20);
  private final long seed = Long.getLong("chaos.seed", 4);
  private final Random random = new Random(seed);

  @Test
  void everyAcceptedPushEndsSignedAndNothingUnsignedIsSeen() throws Exception {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    AtomicBoolean done = new AtomicBoolean();
    try (Platform platform = Platform.start();
        PartKiller killer = new PartKiller(platform, PARTS, random)) {
      NugetFeed feed = NugetFeed.open(platform);
      Future<Integer> read = reader.submit(() -> readUntil(done, feed));
      List<NugetPackage> accepted = new ArrayList<>();
      for (int first = 0; first < pushes; first += PUSHES_PER_KILL) {
        int from = first;
        killer.killOneDuring(
            () -> {
              for (int i = from; i < Math.min(pushes, from + PUSHES_PER_KILL); i++) {
                accepted.add(pushUntilAccepted(feed, i));
              }
            });
      }
      for (NugetPackage nupkg : accepted) {
        await(nupkg.version() + " is signed (seed " + seed + ")")
            .atMost(Duration.ofMinutes(4))
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> feed.status(ID, nupkg.version()).path("status").asText().equals("signed"));
        assertSigned(feed.download(ID, nupkg.version()), nupkg.bytes());
      }
      done.set(true);
      assertThat(read.get()).isPositive();
      assertThat(accepted).hasSize(pushes);
    } finally {
      done.set(true);
      reader.shutdownNow();
    }
  }

  /** Tries again, as the client does, with the same session. */
  private static NugetPackage pushUntilAccepted(NugetFeed feed, int number) {
    NugetPackage nupkg = NugetPackage.of(ID, "1.0." + number, 1_000 + number);
    await("push " + number + " is accepted")
        .atMost(Duration.ofMinutes(3))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptionsInstanceOf(UncheckedIOException.class) // the gateway is down
        .untilAsserted(
            () -> {
              HttpResponse<byte[]> answer = feed.push(nupkg.bytes(), "session-" + number);
              assertThat(answer.statusCode())
                  .as(() -> new String(answer.body(), StandardCharsets.UTF_8))
                  .isEqualTo(202);
            });
    return nupkg;
  }

  /** How many packages were seen; each was signed. */
  private static int readUntil(AtomicBoolean done, NugetFeed feed) throws Exception {
    int seen = 0;
    while (!done.get()) {
      try {
        HttpResponse<byte[]> list = feed.get("/nuget/v3/flat/conformance.chaos/index.json");
        if (list.statusCode() == 200) {
          for (JsonNode version : Json.read(list.body(), JsonNode.class).path("versions")) {
            HttpResponse<byte[]> file =
                feed.get(
                    "/nuget/v3/flat/conformance.chaos/"
                        + version.asText()
                        + "/conformance.chaos."
                        + version.asText()
                        + ".nupkg");
            // What is listed is there, unless a part that it takes is just down.
            assertThat(file.statusCode()).matches(s -> s == 200 || s >= 500);
            if (file.statusCode() == 200) {
              assertSigned(file.body(), null);
              seen++;
            }
          }
        }
      } catch (UncheckedIOException e) {
        LockSupport.parkNanos(20_000_000); // the gateway is down
      }
    }
    return seen;
  }

  private static void assertSigned(byte[] file, byte[] pushed) throws Exception {
    PackageArchive archive = PackageArchive.read(ByteSource.of(file));
    PackageSignature signature =
        PackageSignature.parse(archive.signatureBytes(archive.signature().orElseThrow()));
    assertThat(signature.isPrimaryGenuine()).isTrue();
    byte[] hash = archive.hash(MessageDigest.getInstance("SHA-256"));
    assertThat(signature.content().hash()).isEqualTo(hash);
    if (pushed != null) {
      assertThat(MessageDigest.getInstance("SHA-256").digest(pushed)).isEqualTo(hash);
    }
  }
}
