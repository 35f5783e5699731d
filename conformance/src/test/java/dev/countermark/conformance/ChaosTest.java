package dev.countermark.conformance;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Parts of the platform are killed (SIGKILL) while packages of all formats are pushed: every push
 * that was answered 2xx ends signed, none twice, and nobody who reads meanwhile ever sees one that
 * is not signed. The long form: {@code -Dtest=ChaosTest -Dchaos.pushes=200}; another course of
 * events: {@code -Dchaos.seed=N}.
 */
class ChaosTest {
  private static final int PUSHES_PER_KILL = 5;

  private final int pushes = Integer.getInteger("chaos.pushes", 20);
  private final Random random = new Random(Long.getLong("chaos.seed", 4));

  @Test
  void everyAcceptedPushEndsSignedAndNothingUnsignedIsSeen() throws Exception {
    try (Platform platform = Platform.start();
        PartKiller killer =
            new PartKiller(
                platform,
                List.of(Platform.SIGNER, "key-service", "upload-gateway", "broker"),
                random);
        Courses courses = new Courses(platform, Courses.Patience.TRIES_AGAIN)) {
      for (int first = 0; first < pushes; first += PUSHES_PER_KILL) {
        int from = first;
        int to = Math.min(pushes, from + PUSHES_PER_KILL);
        killer.killOneDuring(() -> courses.push(from, to));
      }
      courses.assertAllSignedOnce();
    }
  }
}
