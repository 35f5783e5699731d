package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.conformance.PausedPart;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.nuget.NugetFeed;
import dev.countermark.testkit.nuget.NugetPackage;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Large packages wait until their signer has time, and then all come at once. */
@ExtendWith(PlatformExtension.class)
class LateSignerTest {
  private static final int PACKAGES = Boolean.getBoolean("hostile.long") ? 100 : 20;
  private static final int SIZE = 15 << 20;

  private static Platform platform;
  private static LivingGateway gateway;
  private static OtherTenants others;

  @BeforeAll
  static void start(Platform shared) {
    platform = shared;
    gateway = new LivingGateway(platform);
    others = new OtherTenants(gateway);
  }

  @AfterAll
  static void stop() {
    others.close();
  }

  /** Random, so it does not compress. */
  private static NugetPackage nupkg(int number) {
    byte[] content = new byte[SIZE];
    new Random(number).nextBytes(content);
    return NugetPackage.stored("Hostile.Waiting", "1.0." + number, "content/data.bin", content);
  }

  @Test
  void areSignedOneBesideTheOtherAsMemoryAllows() throws Exception {
    NugetFeed feed = NugetFeed.open(platform);
    NugetFeed other = NugetFeed.open(platform);
    try (OtherTenants.Watch watch = others.watch()) {
      try (PausedPart signer = new PausedPart(platform, Platform.SIGNER)) {
        for (int i = 0; i < PACKAGES; i++) {
          assertThat(feed.push(nupkg(i).bytes()).statusCode()).isEqualTo(202);
        }
      }
      other.pushed(NugetPackage.of("Hostile.Beside", "1.0.0", 1));
      for (int i = 0; i < PACKAGES; i++) {
        feed.awaitSigned("Hostile.Waiting", "1.0." + i);
      }
      watch.requireUndisturbed(PACKAGES + " waiting packages of 15 MB");
    }
    await("all are listed")
        .atMost(Duration.ofSeconds(30))
        .until(() -> feed.listed("Hostile.Waiting").size() == PACKAGES);
  }
}
