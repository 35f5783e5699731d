package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A platform of former artefacts gets those of this checkout, service by service, and the former
 * ones again, while packages are pushed: nobody notices. {@code ./run upgrade-drill} builds what it
 * needs and says where that is ({@code previous.home}).
 */
class UpgradeDrillTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int BEFORE = 2;

  private static Path previous() {
    String home = System.getProperty("previous.home");
    if (home == null) {
      SkippedClients.record("a former revision's artefacts (./run upgrade-drill)");
    }
    assumeTrue(home != null, "previous.home names no artefacts of a former revision");
    return Path.of(home);
  }

  @Test
  void nobodyNoticesAnUpgradeNorTheWayBack() throws IOException {
    Path previous = previous();
    Path next = ProjectFiles.root();
    try (Platform platform = Platform.startFrom(previous)) {
      List<Course> courses =
          FormatCase.all().stream()
              .filter(format -> Files.isDirectory(previous.resolve("formats/" + format.label())))
              .map(format -> course(platform, format))
              .toList();
      courses.forEach(course -> course.push(0, BEFORE));
      courses.forEach(course -> course.awaitSigned(BEFORE));
      int pushed;
      try (Standstill stopped = new Standstill(platform);
          Fleet fleet = new Fleet(platform, previous)) {
        List<String> forth = List.copyOf(Fleet.SERVICES.keySet());
        try (Pushing pushing = new Pushing(courses, BEFORE)) {
          pushing.look();
          for (String part : forth) {
            fleet.replace(part, next, pushing::look);
            pushing.look();
          }
          int first = pushing.pushed();
          signAnew(platform, courses);
          pushing.look();
          int last = pushing.pushed();
          courses.forEach(course -> course.awaitSigned(last));
          // What a former state signed is judged by its own rules: forms and names may be others.
          courses.forEach(course -> course.assertSignedOnce(first, last));
          for (int i = forth.size() - 1; i >= 0; i--) {
            fleet.replace(forth.get(i), previous, pushing::look);
            pushing.look();
          }
          pushed = pushing.end();
        }
        assertNothingLost(platform, courses, pushed);
        for (Path home : List.of(previous, next)) {
          assertEveryChainHolds(platform, home);
        }
      }
      // All of it is of this checkout now.
      courses.forEach(course -> course.push(pushed, pushed + 1));
      assertNothingLost(platform, courses, pushed + 1);
      courses.forEach(course -> course.assertSignedOnce(pushed, pushed + 1));
    }
  }

  /** As an administrator: what tokens may be for is another thing in each state. */
  private static Course course(Platform platform, FormatCase format) {
    Platform.Repository repository = platform.unmade();
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.putObject("settings").set(format.label(), format.settings());
    String address = "/api/v1/repositories/" + repository.path();
    assertThat(platform.call("PUT", address, Json.write(settings)).statusCode()).isEqualTo(201);
    return new Course(format, repository, format.packages(platform, repository));
  }

  /** So that there are records with two signatures, and campaigns and keys of the new ones. */
  private static void signAnew(Platform platform, List<Course> courses) {
    for (Course course : courses) {
      String first = course.signer(0);
      platform.rotateImmediately(course.repository().path(), course.format().label());
      Resync.of(platform, course.repository().path(), course.format().renewal());
      await().atMost(LIMIT).until(() -> !course.signer(0).equals(first));
    }
  }

  private static void assertNothingLost(Platform platform, List<Course> courses, int pushed) {
    for (Course course : courses) {
      course.awaitSigned(pushed);
      course.assertAllThere(pushed);
      course
          .format()
          .consumer(platform, course.repository())
          .ifPresent(
              consumer -> {
                for (int number : List.of(0, pushed - 1)) {
                  Command.Result result = consumer.take(number);
                  assertThat(result.exitCode()).as(result::toString).isZero();
                }
              });
    }
  }

  private static void assertEveryChainHolds(Platform platform, Path home) {
    Path settings = platform.requireData().resolve("config/key-service.properties");
    Path jar = home.resolve("key-service/target/quarkus-app/quarkus-run.jar");
    String options = "-XX:TieredStopAtLevel=1 -Dsmallrye.config.locations=" + settings.toUri();
    Command.Result result =
        Command.run(
            platform.scratch(),
            Map.of("JAVA_TOOL_OPTIONS", options),
            LIMIT,
            List.of("java", "-jar", jar.toString(), "verify-audit", "--recompute"));
    assertThat(result.succeeded().output()).contains("every chain holds");
  }

  /** Pushes into all repositories, one package after the other, until it is told to stop. */
  private static final class Pushing implements AutoCloseable {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger rounds = new AtomicInteger();
    private final int from;
    private final CompletableFuture<Void> running;

    Pushing(List<Course> courses, int from) {
      this.from = from;
      List<Course> all = new ArrayList<>(courses);
      running =
          CompletableFuture.runAsync(
              () -> {
                while (!ended.get()) {
                  int number = from + rounds.get();
                  all.forEach(course -> course.push(number, number + 1));
                  rounds.incrementAndGet();
                }
              });
    }

    /** Waits until some more were pushed, or that failed. */
    void look() {
      int enough = rounds.get() + 3;
      await("more is pushed").atMost(LIMIT).until(() -> rounds.get() >= enough || running.isDone());
      if (running.isDone()) {
        running.join();
      }
    }

    /** How many there are, those of before included. */
    int pushed() {
      return from + rounds.get();
    }

    /** The same when nothing more is pushed. */
    int end() {
      close();
      return pushed();
    }

    @Override
    public void close() {
      ended.set(true);
      running.join();
    }
  }
}
