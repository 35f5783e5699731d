package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.conformance.PartKiller;
import dev.countermark.conformance.Platform;
import dev.countermark.testkit.registry.RegistryClient.UnexpectedAnswerException;
import dev.countermark.testkit.registry.SampleImage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Parts of the platform are killed (SIGKILL) while images are pushed: every push that was answered
 * 201 ends signed, none twice. The long form: {@code mvn verify -pl conformance -Dtest=ChaosTest
 * -Dchaos.pushes=200}; another course of events: {@code -Dchaos.seed=N}.
 */
class ChaosTest {
  private static final List<String> PARTS =
      List.of("signer-oci", "key-service", "upload-gateway", "broker");
  private static final int PUSHES_PER_KILL = 5;

  private final int pushes = Integer.getInteger("chaos.pushes", 20);
  private final long seed = Long.getLong("chaos.seed", 4);
  private final Random random = new Random(seed);

  @Test
  void everyAcceptedPushEndsSignedOnce() throws Exception {
    try (Platform platform = Platform.start();
        PartKiller killer = new PartKiller(platform, PARTS, random)) {
      OciRepository repository = OciRepository.open(platform);
      List<String> accepted = new ArrayList<>();
      for (int first = 0; first < pushes; first += PUSHES_PER_KILL) {
        int from = first;
        killer.killOneDuring(
            () -> {
              for (int i = from; i < Math.min(pushes, from + PUSHES_PER_KILL); i++) {
                accepted.add(pushUntilAccepted(repository, i));
              }
            });
      }

      for (String digest : accepted) {
        await("%s is signed (seed %d)".formatted(digest, seed))
            .atMost(Duration.ofMinutes(4))
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> repository.status("app", digest).path("status").asText().equals("signed"));
        Images.assertSignedOnce(platform, repository, "app", digest);
      }
      assertThat(accepted).hasSize(pushes).doesNotHaveDuplicates();
      Images.assertSigned(platform, repository, "app", accepted.get(pushes - 1));
    }
  }

  /** Pushes like a client that tries again; returns the digest once the answer was 201. */
  private static String pushUntilAccepted(OciRepository repository, int number) {
    SampleImage image = SampleImage.oci(1000 + number);
    await("push " + number + " is accepted")
        .atMost(Duration.ofMinutes(3))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              try {
                repository.registry().push(repository.name("app"), "push-" + number, image);
                return true;
              } catch (UncheckedIOException e) {
                return false; // the gateway is down
              } catch (UnexpectedAnswerException e) {
                // Only "not now" may be the answer to a right push.
                assertThat(e.status()).as(e.getMessage()).isGreaterThanOrEqualTo(500);
                return false;
              }
            });
    return image.digest();
  }
}
