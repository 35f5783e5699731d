package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What docs/operations.md says of copies of both buckets, done as it stands there: a platform that
 * lost everything else goes on from them, with an empty broker and without a hand. All of it:
 * {@code -Dtest=BackupDrillTest -Ddrills.long=true}.
 */
class BackupDrillTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String CAMPAIGN = "over-the-restore";
  private static final int SIGNED = 2;
  private static final int WAITING = 4;

  private static void run(Path folder, Map<String, String> environment, String script) {
    Command.run(folder, environment, LIMIT, List.of("bash", "-euo", "pipefail", "-c", script))
        .succeeded();
  }

  @Test
  void aStoppedPlatformGoesOnFromTheCopyOfItsDirectory() throws IOException {
    try (Platform platform = Platform.start()) {
      Drill drill = new Drill(platform);
      Path folder = platform.requireData().getParent();
      try (var signer = new PausedPart(platform, Platform.SIGNER)) {
        drill.leaveWork();
        try (Standstill stopped = new Standstill(platform)) {
          run(folder, Map.of(), Block.of("docs/operations.md", "mkdir copy").text());
        }
      }
      drill.pushWhatIsLost();
      try (Standstill stopped = new Standstill(platform)) {
        run(folder, Map.of(), Block.of("docs/operations.md", "rm -r data/").text());
      }
      drill.assertGoesOn();
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "drills.long", matches = "true")
  void aPlatformGoesOnFromWhatWasCopiedOfItsBucketsWhileItRan() throws Exception {
    Client.require("aws");
    try (Platform platform = Platform.start()) {
      Drill drill = new Drill(platform);
      Path folder = platform.scratch();
      try (var signer = new PausedPart(platform, Platform.SIGNER)) {
        drill.leaveWork();
        CompletableFuture<Void> meanwhile = CompletableFuture.runAsync(drill::pushWhatIsLost);
        run(
            folder,
            LoneServer.profiles(platform),
            Block.of("docs/operations.md", "aws s3 sync s3://").text());
        meanwhile.join();
      }
      try (Standstill stopped = new Standstill(platform)) {
        run(platform.requireData(), Map.of(), "rm -r objects kafka");
        try (LoneServer store = LoneServer.store(platform)) {
          run(
              folder,
              LoneServer.profiles(platform),
              Block.of("docs/operations.md", "aws s3 sync copy/keys").text());
        }
      }
      drill.assertGoesOn();
    }
  }

  /** What was there when the copies were begun. */
  private static final class Drill {
    private final Platform platform;
    private final List<Course> courses;
    private final Map<Course, String> signers = new HashMap<>();
    private final Map<Course, Map<String, byte[]>> files = new HashMap<>();

    Drill(Platform platform) {
      this.platform = platform;
      courses = Course.all(platform);
      courses.forEach(course -> course.push(0, SIGNED));
      for (Course course : courses) {
        course.awaitSigned(SIGNED);
        signers.put(course, course.signer(0));
        files.put(course, course.packages().fetch(0).orElseThrow());
      }
    }

    /** While no signer takes it. */
    void leaveWork() {
      HttpResponse<byte[]> started =
          platform.call(
              "POST",
              "/api/v1/resyncs",
              ("{\"campaign\":\"" + CAMPAIGN + "\"}").getBytes(StandardCharsets.UTF_8));
      assertThat(started.statusCode()).isEqualTo(202);
      courses.forEach(course -> course.push(SIGNED, WAITING));
    }

    void pushWhatIsLost() {
      courses.forEach(course -> course.push(WAITING, WAITING + 2));
    }

    void assertGoesOn() throws IOException {
      courses.forEach(course -> course.awaitSigned(WAITING));
      for (Course course : courses) {
        for (int number = 0; number < WAITING; number++) {
          assertThat(course.signer(number)).isEqualTo(signers.get(course));
          course.packages().assertSignedOnce(number);
        }
        assertThat(course.packages().fetch(0).orElseThrow())
            .containsExactlyInAnyOrderEntriesOf(files.get(course));
        course
            .format()
            .consumer(platform, course.repository())
            .ifPresent(consumer -> assertTakes(consumer, 0, WAITING - 1));
      }
      JsonNode ended = Resync.ended(platform, CAMPAIGN);
      assertThat(ended.path("state").asText()).as(ended::toString).isEqualTo("done");
      assertThat(ended.path("done").asInt())
          .as(ended::toString)
          .isEqualTo(ended.path("planned").asInt())
          .isGreaterThanOrEqualTo(courses.size() * SIGNED);
      courses.forEach(course -> course.push(WAITING + 2, WAITING + 3));
      for (Course course : courses) {
        await().atMost(LIMIT).until(() -> course.packages().isSigned(WAITING + 2));
        assertThat(course.signer(WAITING + 2)).isEqualTo(signers.get(course));
      }
      assertEveryChainHolds(platform, courses.get(0).repository());
    }

    private static void assertTakes(Consumer consumer, int... numbers) {
      for (int number : numbers) {
        Command.Result result = consumer.take(number);
        assertThat(result.exitCode()).as(result::toString).isZero();
      }
    }
  }

  private static void assertEveryChainHolds(Platform platform, Platform.Repository repository)
      throws IOException {
    Reader operator = CtlTool.giveTo(new Reader(platform, repository, platform.url()));
    operator.write(
        "data/endpoint.env", Files.readAllBytes(platform.requireData().resolve("endpoint.env")));
    assertThat(operator.run("./countermark-ctl audit verify").output())
        .contains("ok     " + repository.path(), "every chain holds");
  }

  /**
   * The keys of one repository are older than their last rotation, those of another are not there.
   */
  /** {@code NotedKeysTest} is its short form: this one takes minutes. */
  @Test
  @EnabledIfSystemProperty(named = "drills.long", matches = "true")
  void nothingIsSignedWithKeysThatAreOlderThanThePackages() throws IOException {
    try (Platform platform = Platform.start()) {
      Path objects = platform.requireData().resolve("objects");
      List<Course> rotated = Course.all(platform);
      rotated.forEach(course -> course.push(0, 1));
      rotated.forEach(course -> course.awaitSigned(1));
      try (Standstill stopped = new Standstill(platform)) {
        run(objects, Map.of(), "cp -a countermark-keys ../older");
      }
      for (Course course : rotated) {
        String before = course.signer(0);
        platform.rotateImmediately(course.repository().path(), course.format().label());
        Resync.of(platform, course.repository().path(), course.format().renewal());
        await().atMost(LIMIT).until(() -> !course.signer(0).equals(before));
      }
      List<Course> younger = Course.all(platform);
      younger.forEach(course -> course.push(0, 1));
      younger.forEach(course -> course.awaitSigned(1));
      Map<Course, String> signers = new HashMap<>();
      List.of(rotated, younger)
          .forEach(all -> all.forEach(course -> signers.put(course, course.signer(0))));

      try (Standstill stopped = new Standstill(platform)) {
        run(objects, Map.of(), "mv countermark-keys ../younger; mv ../older countermark-keys");
      }
      for (Course course : signers.keySet()) {
        course.push(1, 2);
        await(course.packages().name(1) + " waits for its key")
            .atMost(LIMIT)
            .until(() -> waitsFor(platform, course), "KEY_LOST"::equals);
        assertThat(course.packages().isSigned(1)).isFalse();
        assertThat(course.packages().read(0)).isEqualTo(200);
        String keys = "/" + course.repository().path() + "/keys/" + course.format().label();
        await(keys + " tells no other key")
            .atMost(LIMIT)
            .until(
                () -> platform.call("GET", keys, null).statusCode(), Integer.valueOf(503)::equals);
      }

      try (Standstill stopped = new Standstill(platform)) {
        run(objects, Map.of(), "rm -r countermark-keys; mv ../younger countermark-keys");
      }
      signers.forEach(
          (course, signer) -> {
            Resync.of(platform, course.repository().path(), "{}");
            course.awaitSigned(2);
            assertThat(List.of(course.signer(0), course.signer(1))).containsOnly(signer);
          });
      assertEveryChainHolds(platform, rotated.get(0).repository());
    }
  }

  private static String waitsFor(Platform platform, Course course) {
    String status =
        "/"
            + course.repository().path()
            + "/status/"
            + course.format().label()
            + "/"
            + course.packages().name(1);
    return Json.read(platform.call("GET", status, null).body(), JsonNode.class)
        .path("waiting")
        .path("code")
        .asText();
  }
}
