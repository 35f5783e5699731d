package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.nuget.NugetFeed;
import dev.countermark.testkit.http.HttpCaller;
import dev.countermark.testkit.nuget.NugetPackage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A disk that flips bits below the store: wrong bytes are never handed out as the right ones. */
class DamagedContentTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static Platform platform;
  private static LivingGateway gateway;
  private static OtherTenants others;
  private static OtherTenants.Watch watch;
  private static Platform.Repository repository;
  private static Platform.Repository other;
  private static HttpCaller caller;

  @BeforeAll
  static void start() {
    platform =
        Platform.start(
            Map.of(
                "COUNTERMARK_GATEWAY_SCRUB_INTERVAL", "1s",
                "COUNTERMARK_GATEWAY_SCRUB_RATE", "1G"));
    gateway = new LivingGateway(platform);
    repository = platform.repository("oci", JsonNodeFactory.instance.objectNode());
    other = platform.repository("oci", JsonNodeFactory.instance.objectNode());
    caller = HttpCaller.withBearer(platform.url(), platform.adminToken());
    others = new OtherTenants(gateway);
    watch = others.watch();
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      watch.requireUndisturbed("a scrubber that finds damage");
    } finally {
      others.close();
      platform.close();
    }
  }

  @AfterEach
  void livesOnAndServesOthers() throws Exception {
    gateway.requireAlive();
    byte[] content = random(10_000, 99);
    push(other, content);
    assertThat(get(other, content).body()).isEqualTo(content);
  }

  private static byte[] random(int size, long seed) {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    return content;
  }

  private static String hex(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private static void push(Platform.Repository where, byte[] content) throws Exception {
    String to = "/v2/" + where.path() + "/blobs/uploads/?digest=sha256:" + hex(content);
    assertThat(caller.send("POST", to, content, Map.of()).statusCode()).isEqualTo(201);
  }

  private static HttpResponse<byte[]> get(Platform.Repository where, byte[] content)
      throws Exception {
    return caller.send(
        "GET", "/v2/" + where.path() + "/blobs/sha256:" + hex(content), null, Map.of());
  }

  private static boolean isDamaged(HttpResponse<byte[]> answer) {
    return answer.statusCode() == 500
        && new String(answer.body(), StandardCharsets.UTF_8).contains("damaged");
  }

  /** The file that the store keeps an object in. */
  private static Path file(String... inPath) {
    try (Stream<Path> files = Files.walk(platform.data().orElseThrow())) {
      return files
          .filter(Files::isRegularFile)
          .filter(f -> List.of(inPath).stream().allMatch(f.toString()::contains))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void flip(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      long at = bytes.length() / 2;
      bytes.seek(at);
      int value = bytes.read();
      bytes.seek(at);
      bytes.write(value ^ 1);
    }
  }

  @Test
  void aSmallLayerIsComparedWhenItIsAskedFor() throws Exception {
    byte[] content = random(100_000, 1);
    push(repository, content);
    Path file = file(repository.path(), "_bytes", hex(content));
    flip(file);

    assertThat(isDamaged(get(repository, content))).isTrue();

    flip(file);
    await().atMost(PATIENCE).until(() -> get(repository, content).statusCode() == 200);
    assertThat(get(repository, content).body()).isEqualTo(content);
  }

  @Test
  void aLargeLayerIsFoundByTheScrubber() throws Exception {
    int part = 4 << 20;
    byte[] content = random(2 * part + 1_000, 2);
    push(repository, content);
    byte[] second = Arrays.copyOfRange(content, part, 2 * part);
    Path file = file("content", hex(second));
    flip(file);

    await().atMost(PATIENCE).until(() -> isDamaged(get(repository, content)));

    flip(file);
    await().atMost(PATIENCE).until(() -> get(repository, content).statusCode() == 200);
    assertThat(get(repository, content).body()).isEqualTo(content);
  }

  @Test
  void aPackageIsNotListedWhileItIsDamaged() throws Exception {
    NugetFeed feed = NugetFeed.open(platform);
    NugetPackage nupkg = NugetPackage.of("Hostile.Damaged", "2.0.0", 1);
    feed.pushed(NugetPackage.of("Hostile.Damaged", "1.0.0", 2));
    byte[] signed = feed.pushed(nupkg);
    Path file = file("content", hex(nupkg.bytes()));
    flip(file);

    assertThat(isDamaged(feed.find(nupkg.id(), nupkg.version()))).isTrue();
    await().atMost(PATIENCE).until(() -> feed.listed(nupkg.id()), List.of("1.0.0")::equals);

    flip(file);
    await()
        .atMost(PATIENCE)
        .until(() -> feed.listed(nupkg.id()), List.of("1.0.0", "2.0.0")::equals);
    assertThat(feed.find(nupkg.id(), nupkg.version()).body()).isEqualTo(signed);
  }

  @Test
  void whatSomebodyElsePushedRepairsIt() throws Exception {
    int part = 4 << 20;
    byte[] content = random(part + 1_000, 3);
    push(repository, content);
    byte[] first = Arrays.copyOf(content, part);
    Path file = file("content", hex(first));
    byte[] before = Files.readAllBytes(file);
    push(other, content);
    flip(file);

    await().atMost(PATIENCE).until(() -> Arrays.equals(Files.readAllBytes(file), before));

    assertThat(get(repository, content).body()).isEqualTo(content);
  }
}
