package dev.countermark.conformance.nuget;

import static dev.countermark.conformance.nuget.Told.assertFailed;
import static dev.countermark.conformance.nuget.Told.assertSucceeded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.contracts.Json;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.testkit.nuget.NugetPackage;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a feed takes, and what it says of what it does not take (nuget reference, section 8.4). */
@ExtendWith(PlatformExtension.class)
class NugetPushTest {
  private Platform platform;
  private NugetFeed feed;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    feed = NugetFeed.open(platform);
  }

  private Command.Result push(Dotnet dotnet, NugetPackage nupkg, String... more) {
    Path file = dotnet.file(nupkg.fileName(), nupkg.bytes());
    List<String> arguments = new ArrayList<>(List.of("nuget", "push", file.toString()));
    arguments.addAll(feed.credentials());
    arguments.addAll(List.of(more));
    return dotnet.run(arguments.toArray(String[]::new));
  }

  /** Case 1. */
  @Test
  void pushesFindsAndAddsAPackage() {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage nupkg = NugetPackage.of("Conformance.Findable", "2.0.0", 12);
    Command.Result pushed = push(dotnet, nupkg);
    assertSucceeded(pushed);
    // Signed already: who restores at once remembers no list without it.
    assertThat(pushed.output()).contains("Created", "Your package was pushed.");
    assertThat(feed.listed(nupkg.id())).containsExactly(nupkg.version());
    assertSucceeded(dotnet.restore(nupkg.id(), nupkg.version(), feed.config()));

    assertSucceeded(dotnet.run("add", dotnet.project(), "package", nupkg.id(), "-s", feed.index()));
    assertThat(dotnet.search(feed, "findable")).contains("Conformance.Findable", "2.0.0");
  }

  /**
   * The package is signed and there, and no client that verifies will take it: whoever pushes it
   * hears of it at once, and everybody else from the status.
   */
  @Test
  void thePusherIsWarnedOfWhatClientsWillRefuse() throws Exception {
    Dotnet dotnet = Dotnet.require(platform);
    String id = "Conformance.Rootless";
    NugetPackage rootless =
        new NugetPackage(
            id, "1.0.0", SignedPackages.author(id, f -> f.certificates.remove(TestPki.ROOT)));

    Command.Result pushed = push(dotnet, rootless);

    assertSucceeded(pushed);
    assertThat(pushed.output()).contains("warn : NU3012: ", "PartialChain", "refuse the package");
    assertThat(feed.get("/status/nuget/" + id + "/1.0.0").body())
        .asString(StandardCharsets.UTF_8)
        .contains("\"warnings\":[\"NU3012: ");
    assertFailed(dotnet.restore(id, "1.0.0", feed.config()), "NU3012");
  }

  @Test
  void aTimestampOfAPrivateAuthorityIsNoSecret() throws Exception {
    Dotnet dotnet = Dotnet.require(platform);
    String id = "Conformance.Private";
    byte[] stamped = SignedPackages.author(id, f -> f.timestamp = new TestTsa()::token);

    Command.Result pushed = push(dotnet, new NugetPackage(id, "1.0.0", stamped));

    assertSucceeded(pushed);
    assertThat(pushed.output()).contains("warn : NU3028: ", "\"dotnet nuget verify\" refuses");
  }

  /** What galleries do not take, the client installs, and pipelines make. */
  @ParameterizedTest
  @ValueSource(strings = {"1.0.0-20240101", "1.0.0-0", "1.0.0-rc.1+build.5", "1.0"})
  void versionsThatPipelinesMake(String version) {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage nupkg = NugetPackage.of("Conformance.Odd", version, 15);
    assertSucceeded(push(dotnet, nupkg));
    assertSucceeded(dotnet.restore(nupkg.id(), version, feed.config()));
  }

  /** Case 2. */
  @Test
  void aSecondPushIsAConflict() {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage nupkg = NugetPackage.of("Conformance.Twice", "1.0.0", 13);
    assertSucceeded(push(dotnet, nupkg));

    assertFailed(push(dotnet, nupkg), "409 (The feed already has Conformance.Twice 1.0.0");
    Command.Result skipped = push(dotnet, nupkg, "--skip-duplicate");
    assertSucceeded(skipped);
    assertThat(skipped.output()).contains("already exists at feed");
  }

  /** Case 3. */
  @Test
  void oneOfManyPushesAtOnceWins() throws Exception {
    NugetPackage nupkg = NugetPackage.of("Conformance.Race", "1.0.0", 14);
    ExecutorService threads = Executors.newFixedThreadPool(20);
    try {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(threads.submit(() -> feed.push(nupkg.bytes()).statusCode()));
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> answer : answers) {
        statuses.add(answer.get());
      }
      assertThat(statuses).filteredOn(s -> s == 202).hasSize(1);
      assertThat(statuses).filteredOn(s -> s == 409).hasSize(19);
    } finally {
      threads.shutdownNow();
    }
    feed.awaitSigned(nupkg.id(), nupkg.version());
  }

  static Stream<Arguments> hostilePackages() {
    return Stream.of(
        Arguments.of("no archive", "this is no package".getBytes(StandardCharsets.UTF_8)),
        Arguments.of("bad id", NugetPackage.of("Conformance/Bad", "1.0.0", 31).bytes()),
        Arguments.of("bad version", NugetPackage.of("Conformance.Bad", "one", 32).bytes()),
        Arguments.of("zip-slip", hostile("../evil.txt", new byte[10])),
        Arguments.of("encoded zip-slip", hostile("%2e%2e%2fevil.txt", new byte[10])),
        Arguments.of("bomb", hostile("zeros.bin", new byte[20 << 20])));
  }

  private static byte[] hostile(String entry, byte[] content) {
    return NugetPackage.of("Conformance.Hostile", "1.0.0", entry, content).bytes();
  }

  /** Case 4: the reason phrase is in the body too, for everybody but the .NET client. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("hostilePackages")
  void refusesHostilePackages(String what, byte[] nupkg) {
    HttpResponse<byte[]> answer = feed.push(nupkg);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Json.read(answer.body(), JsonNode.class).path("title").asText())
        .matches("[A-Z][\\x20-\\x7e]{10,200}");
    assertThat(Json.read(feed.get("/nuget/v3/query").body(), JsonNode.class).path("totalHits"))
        .hasToString("0");
  }

  /** Case 4. */
  @Test
  void refusesWhatIsTooLarge() {
    assertThat(feed.pushZeros((250L << 20) + 1).statusCode()).isEqualTo(413);
  }

  @Test
  void tellsThePusherThatThereIsNoRoom() {
    Dotnet dotnet = Dotnet.require(platform);
    assertSucceeded(push(dotnet, NugetPackage.of("Conformance.Room", "1.0.0", 41)));
    platform.call(
        "PUT",
        "/api/v1/repositories/" + feed.repository().path() + "/quota",
        "{\"packages\":1}".getBytes(StandardCharsets.UTF_8));

    assertFailed(
        push(dotnet, NugetPackage.of("Conformance.Room", "2.0.0", 42)),
        "403 (The quota of " + feed.repository().path() + " is 1 packages");
  }

  /** Case 4. */
  @Test
  void tellsThePusherWhatIsWrong() {
    Dotnet dotnet = Dotnet.require(platform);
    byte[] nonsense = "this is no package".getBytes(StandardCharsets.UTF_8);
    assertFailed(
        push(dotnet, new NugetPackage("Conformance.Bad", "1.0.0", nonsense)),
        "400 (The package is not a ZIP archive.)");
  }
}
