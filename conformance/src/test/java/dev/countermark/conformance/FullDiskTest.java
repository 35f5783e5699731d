package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that others fill: nothing that was acknowledged is lost, and all goes on afterwards. */
class FullDiskTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String SIZE = "1g";

  /** Less than what the store keeps free of content, and more than what it keeps for records. */
  private static final long LITTLE = 200L << 20;

  private static final List<String> PARTS =
      List.of("key-service", Platform.SIGNER, "upload-gateway");

  @TempDir private static Path disk;
  private static boolean mounted;
  private static Platform platform;

  @BeforeAll
  static void start() {
    mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", disk.toString()).exitCode() == 0;
    if (!mounted) {
      SkippedClients.record("mount (as root)");
    }
    assumeTrue(mounted, "no disk of a size can be had");
    platform = Platform.startOver(disk.resolve("data"));
  }

  @AfterAll
  static void stop() {
    if (platform != null) {
      platform.close();
    }
    if (mounted) {
      run("umount", "--lazy", disk.toString()).succeeded();
    }
  }

  private static Command.Result run(String... command) {
    return Command.run(Path.of("/"), Map.of(), Duration.ofSeconds(20), List.of(command));
  }

  /** Something else than the platform takes room. */
  private static void fill(long left) throws IOException {
    byte[] zeros = new byte[1 << 20];
    try (OutputStream ballast = Files.newOutputStream(disk.resolve("ballast"))) {
      while (disk.toFile().getUsableSpace() > left) {
        ballast.write(
            zeros, 0, (int) Math.min(zeros.length, disk.toFile().getUsableSpace() - left));
      }
    }
  }

  private static boolean isAccepted(Packages packages, int number) {
    try {
      int status = packages.push(number);
      assertThat(status / 100).as("status " + status).isIn(2, 5);
      return status / 100 == 2;
    } catch (UncheckedIOException e) {
      return false; // how some formats tell that there is trouble
    }
  }

  @Test
  void refusesAndGoesOnWhenThereIsRoom() throws IOException {
    List<Packages> all =
        FormatCase.all().stream()
            .map(
                format ->
                    format.packages(
                        platform, platform.repository(format.label(), format.settings())))
            .toList();
    for (Packages packages : all) {
      FormatContract.pushed(packages, 1);
    }

    fill(LITTLE);
    for (Packages packages : all) {
      assertThat(isAccepted(packages, 2)).as(packages.name(2)).isFalse();
      assertThat(packages.verify(1, packages.fetch(1).orElseThrow())).isPresent();
    }

    fill(0);
    platform.kill("broker");
    platform.kill(Platform.SIGNER);
    await("is told").atMost(PATIENCE).until(() -> platform.launch("status").exitCode() != 0);
    Files.delete(disk.resolve("ballast"));

    for (String part : PARTS) {
      await(part + " is ready")
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .until(() -> platform.manage(part, "/q/health/ready").statusCode() == 200);
    }
    for (Packages packages : all) {
      assertThat(packages.verify(1, packages.fetch(1).orElseThrow())).isPresent();
      assertThat(packages.verify(2, FormatContract.pushed(packages, 2))).isPresent();
    }
  }
}
