package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.format.nupkg.archive.ByteSource;
import dev.countermark.format.nupkg.archive.PackageArchive;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The .NET client and a feed (nuget reference, section 8.4). */
@ExtendWith(PlatformExtension.class)
class NugetFeedTest {
  private static final int RESTORES = Integer.getInteger("countermark.restores", 10);

  private Platform platform;
  private Dotnet dotnet;
  private NugetFeed feed;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    dotnet = Dotnet.require(platform);
    feed = NugetFeed.open(platform);
  }

  private Command.Result push(NugetPackage nupkg, String... more) {
    Path file = dotnet.file(nupkg.fileName(), nupkg.bytes());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "nuget",
                "push",
                file.toString(),
                "-s",
                feed.index(),
                "-k",
                feed.repository().token()));
    arguments.addAll(List.of(more));
    return dotnet.run(arguments.toArray(String[]::new));
  }

  private static void assertSucceeded(Command.Result result) {
    assertThat(result.exitCode()).as(result::toString).isZero();
  }

  private static void assertFailed(Command.Result result, String why) {
    assertThat(result.exitCode()).as(result::toString).isNotZero();
    assertThat(result.output()).contains(why);
  }

  private static String contentHash(byte[] file) throws Exception {
    return Base64.getEncoder()
        .encodeToString(
            PackageArchive.read(ByteSource.of(file)).hash(MessageDigest.getInstance("SHA-512")));
  }

  /** Trusts nobody and demands nothing: what a client does by default. */
  private String plainConfig() {
    return "<configuration><packageSources><clear/><add key=\"feed\" value=\""
        + feed.index()
        + "\" protocolVersion=\"3\"/></packageSources></configuration>";
  }

  @Test
  void pushesAndRestoresWithSignaturesRequired() throws Exception {
    NugetPackage nupkg = NugetPackage.of("Conformance.Hello", "1.2.3", 11);

    Command.Result pushed = push(nupkg);

    assertSucceeded(pushed);
    assertThat(pushed.output()).contains("Your package was pushed.");
    feed.awaitSigned(nupkg.id(), nupkg.version());
    assertSucceeded(dotnet.restore(nupkg.id(), nupkg.version(), feed.config()));
    assertThat(dotnet.lockFile()).contains(contentHash(nupkg.bytes()));
  }

  @Test
  void addsAndFindsAPackage() {
    NugetPackage nupkg = NugetPackage.of("Conformance.Findable", "2.0.0", 12);
    feed.pushed(nupkg);
    dotnet.restore(nupkg.id(), nupkg.version(), feed.config());

    Command.Result added =
        dotnet.run(
            "add",
            dotnet.folder().resolve("project/p.csproj").toString(),
            "package",
            nupkg.id(),
            "-s",
            feed.index());
    assertSucceeded(added);
    Command.Result found =
        dotnet.run("package", "search", "findable", "--source", feed.index(), "--format", "json");
    assertSucceeded(found);
    assertThat(found.output()).contains("Conformance.Findable", "2.0.0");
  }

  @Test
  void aSecondPushIsAConflict() {
    NugetPackage nupkg = NugetPackage.of("Conformance.Twice", "1.0.0", 13);
    assertSucceeded(push(nupkg));

    assertFailed(push(nupkg), "409 (The feed already has Conformance.Twice 1.0.0");
    Command.Result skipped = push(nupkg, "--skip-duplicate");
    assertSucceeded(skipped);
    assertThat(skipped.output()).contains("already exists at feed");
  }

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

  @Test
  void tellsThePusherWhatIsWrong() {
    byte[] nonsense = "this is no package".getBytes(StandardCharsets.UTF_8);
    assertFailed(
        push(new NugetPackage("Conformance.Bad", "1.0.0", nonsense)),
        "400 (The package is not a ZIP archive.)");
  }

  @Test
  void deletingUnlists() {
    NugetPackage nupkg = NugetPackage.of("Conformance.Unlisted", "1.0.0", 15);
    feed.pushed(nupkg);

    assertSucceeded(
        dotnet.run(
            "nuget",
            "delete",
            nupkg.id(),
            nupkg.version(),
            "-s",
            feed.index(),
            "-k",
            feed.repository().token(),
            "--non-interactive"));

    Command.Result search =
        dotnet.run("package", "search", "unlisted", "--source", feed.index(), "--format", "json");
    assertThat(search.output()).doesNotContain("Conformance.Unlisted");
    assertSucceeded(dotnet.restore(nupkg.id(), nupkg.version(), feed.config()));
  }

  @Test
  void aPrivateFeedAsksForTheToken() {
    feed = NugetFeed.open(platform, JsonNodeFactory.instance.objectNode());
    NugetPackage nupkg = NugetPackage.of("Conformance.Private", "1.0.0", 16);
    feed.pushed(nupkg);
    String config = feed.config();

    assertFailed(dotnet.restore(nupkg.id(), nupkg.version(), config), "401");
    String source = feed.repository().path().replace('/', '-');
    String credentials =
        "<packageSourceCredentials><"
            + source
            + "><add key=\"Username\" value=\"token\"/><add key=\"ClearTextPassword\" value=\""
            + feed.repository().token()
            + "\"/></"
            + source
            + "></packageSourceCredentials></configuration>";
    assertSucceeded(
        dotnet.restore(
            nupkg.id(), nupkg.version(), config.replace("</configuration>", credentials)));
  }

  @Test
  void aClientThatTrustsNobodyWarnsUnlessAllIsSaidToBeSigned() {
    NugetPackage nupkg = NugetPackage.of("Conformance.Warned", "1.0.0", 17);
    feed.pushed(nupkg);
    Command.Result accepted = dotnet.restore(nupkg.id(), nupkg.version(), plainConfig());
    assertSucceeded(accepted);
    assertThat(accepted.output()).contains("NU3018", "NU3042", "NU3027");
    assertFailed(
        dotnet.restore(
            nupkg.id(),
            nupkg.version(),
            plainConfig(),
            "<TreatWarningsAsErrors>true</TreatWarningsAsErrors>"),
        "NU3018");

    feed =
        NugetFeed.open(
            platform,
            JsonNodeFactory.instance
                .objectNode()
                .put("anonymousRead", true)
                .put("announceAllSigned", true));
    feed.pushed(nupkg);
    String document =
        new String(
            feed.get("/nuget/v3/repository-signatures/5.0.0/index.json").body(),
            StandardCharsets.UTF_8);
    assertThat(document).contains("\"allRepositorySigned\":true");
    assertFailed(dotnet.restore(nupkg.id(), nupkg.version(), plainConfig()), "NU3018");
    assertSucceeded(dotnet.restore(nupkg.id(), nupkg.version(), feed.config()));
  }

  @Test
  void plainHttpMustBeAllowed() {
    NugetPackage nupkg = NugetPackage.of("Conformance.Plain", "1.0.0", 18);
    feed.pushed(nupkg);
    String plain =
        "<configuration><packageSources><clear/><add key=\"feed\" value=\""
            + platform.url()
            + "/"
            + feed.repository().path()
            + "/nuget/v3/index.json\" protocolVersion=\"3\" /></packageSources></configuration>";

    assertFailed(dotnet.restore(nupkg.id(), nupkg.version(), plain), "NU1302");
    assertSucceeded(
        dotnet.restore(
            nupkg.id(),
            nupkg.version(),
            plain.replace("protocolVersion", "allowInsecureConnections=\"true\" protocolVersion")));
  }

  @Test
  void whatIsChangedInTheStoreIsRefused() throws Exception {
    NugetPackage nupkg = NugetPackage.of("Conformance.Stored", "1.0.0", 19);
    feed.pushed(nupkg);
    Path objects = platform.data().orElseThrow().resolve("objects");
    String hash =
        java.util.HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(nupkg.bytes()));
    try (var files = Files.walk(objects)) {
      Path stored =
          files
              .filter(f -> f.toString().contains(hash) && Files.isRegularFile(f))
              .findFirst()
              .orElseThrow();
      byte[] bytes = Files.readAllBytes(stored);
      bytes[300] ^= 1;
      Files.write(stored, bytes);
    }

    assertFailed(dotnet.restore(nupkg.id(), nupkg.version(), feed.config()), "NU3008");
  }

  @Test
  void noRestoreFailsWhileTheKeyIsRotated() {
    List<NugetPackage> packages = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      NugetPackage nupkg = NugetPackage.of("Conformance.Rotating", "1.0." + i, 20 + i);
      feed.pushed(nupkg);
      packages.add(nupkg);
    }
    platform.rotateImmediately(feed.repository().path(), "nuget");
    // What an operator hands out before he asks for the resync: both certificates.
    String[] config = {feed.config()};
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              config[0] = feed.config();
              return config[0].split("fingerprint=").length == 3;
            });
    for (int i = 0; i < RESTORES; i++) {
      if (i == RESTORES / 4) {
        feed.repository().resync();
      }
      NugetPackage nupkg = packages.get(i % packages.size());
      assertSucceeded(dotnet.restore(nupkg.id(), nupkg.version(), config[0]));
    }
  }
}
