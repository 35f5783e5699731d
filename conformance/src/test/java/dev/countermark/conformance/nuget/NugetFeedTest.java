package dev.countermark.conformance.nuget;

import static dev.countermark.conformance.nuget.Told.assertFailed;
import static dev.countermark.conformance.nuget.Told.assertSucceeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.TamperingProxy;
import dev.countermark.conformance.TamperingProxy.Answer;
import dev.countermark.conformance.nuget.Restorer.Restored;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.testkit.nuget.NugetPackage;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The .NET client and a feed (nuget reference, section 8.4). What is about packages is asked of our
 * own verifier too.
 */
@ExtendWith(PlatformExtension.class)
class NugetFeedTest {
  private static final int RESTORES = Integer.getInteger("countermark.restores", 10);
  private static final String SIGNATURES = "/nuget/v3/repository-signatures/5.0.0/index.json";

  private Platform platform;
  private NugetFeed feed;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    feed = NugetFeed.open(platform);
  }

  private static ObjectNode settings() {
    return JsonNodeFactory.instance.objectNode();
  }

  private Restored restore(Restorer restorer, NugetPackage nupkg, String config) {
    return restorer.restore(platform, feed, nupkg, config);
  }

  private static void assertRestored(Restored restored, String... codes) {
    assertThat(restored.succeeded()).as(restored::told).isTrue();
    assertThat(restored.codes()).as(restored::told).containsExactlyInAnyOrder(codes);
  }

  private static void assertRefused(Restored restored, String code) {
    assertThat(restored.succeeded()).as(restored::told).isFalse();
    assertThat(restored.codes()).as(restored::told).contains(code);
  }

  /** Trusts nobody and demands nothing: what a client does by default. */
  private String plainConfig() {
    return plainConfig(feed.index());
  }

  private static String plainConfig(String index) {
    return "<configuration><packageSources><clear/><add key=\"feed\" value=\""
        + index
        + "\" protocolVersion=\"3\"/></packageSources></configuration>";
  }

  private void openAllSigned() {
    feed =
        NugetFeed.open(
            platform, settings().put("anonymousRead", true).put("announceAllSigned", true));
  }

  /** Case 1. */
  @ParameterizedTest
  @EnumSource
  void restoresWithSignaturesRequired(Restorer restorer) throws Exception {
    NugetPackage nupkg = NugetPackage.of("Conformance.Hello", "1.2.3", 11);
    feed.pushed(nupkg);

    Restored restored = restore(restorer, nupkg, feed.config());

    assertRestored(restored, "NU3027");
    byte[] hash = MessageDigest.getInstance("SHA-512").digest(nupkg.bytes());
    assertThat(restored.contentHash()).contains(Base64.getEncoder().encodeToString(hash));
  }

  /** Case 5: even whoever can write to the store slips nothing unsigned under the clients. */
  @ParameterizedTest
  @EnumSource
  void anUnsignedPackageIsRefusedWhereAllAreSaidToBeSigned(Restorer restorer) {
    openAllSigned();
    NugetPackage nupkg = NugetPackage.of("Conformance.Injected", "1.0.0", 33);
    feed.pushed(nupkg);
    try (Intruder intruder = Intruder.into(platform)) {
      intruder.replace(feed, nupkg, nupkg.bytes());
    }

    assertRefused(restore(restorer, nupkg, plainConfig()), "NU3004");
  }

  /** Case 6: trusted by the user, but not named by the feed. */
  @ParameterizedTest
  @EnumSource
  void anotherSignerIsRefusedWhereAllAreSaidToBeSigned(Restorer restorer) throws Exception {
    openAllSigned();
    NugetPackage nupkg = NugetPackage.of("Conformance.Stranger", "1.0.0", 34);
    feed.pushed(nupkg);
    try (Intruder intruder = Intruder.into(platform)) {
      intruder.replace(feed, nupkg, SignedPackages.repository("Conformance.Stranger", f -> {}));
    }
    String trusted =
        "<trustedSigners><repository name=\"stranger\" serviceIndex=\"https://feed.example/\">"
            + "<certificate fingerprint=\""
            + SignedPackages.fingerprint(TestPki.LEAF)
            + "\" hashAlgorithm=\"SHA256\" allowUntrustedRoot=\"true\"/>"
            + "</repository></trustedSigners></configuration>";

    Restored restored =
        restore(restorer, nupkg, plainConfig().replace("</configuration>", trusted));

    assertRefused(restored, "NU3034");
    assertThat(restored.codes()).doesNotContain("NU3018");
  }

  /** Case 7. */
  @ParameterizedTest
  @EnumSource
  void anUntrustedRootIsRefusedWhereAllAreSaidToBeSigned(Restorer restorer) {
    openAllSigned();
    NugetPackage nupkg = NugetPackage.of("Conformance.AllSigned", "1.0.0", 17);
    feed.pushed(nupkg);
    assertThat(feed.signatures().path("allRepositorySigned").asBoolean()).isTrue();

    assertRefused(restore(restorer, nupkg, plainConfig()), "NU3018");
    assertRestored(restore(restorer, nupkg, feed.config()), "NU3027");
  }

  /** Case 8. */
  @ParameterizedTest
  @EnumSource
  void anUntrustedRootIsAWarningElsewhere(Restorer restorer) {
    NugetPackage nupkg = NugetPackage.of("Conformance.Warned", "1.0.0", 17);
    feed.pushed(nupkg);

    assertRestored(restore(restorer, nupkg, plainConfig()), "NU3018", "NU3042", "NU3027");
  }

  /** Case 8. */
  @Test
  void warningsCanBeErrors() {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage nupkg = NugetPackage.of("Conformance.Strict", "1.0.0", 17);
    feed.pushed(nupkg);

    assertFailed(
        dotnet.restore(
            nupkg.id(),
            nupkg.version(),
            plainConfig(),
            "<TreatWarningsAsErrors>true</TreatWarningsAsErrors>"),
        "NU3018");
  }

  /** Case 9: a feed that is tampered with on the way is of no use at all. */
  @Test
  void signaturesOverPlainHttpSpoilTheWholeFeed() {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage nupkg = NugetPackage.of("Conformance.Downgraded", "1.0.0", 35);
    feed.pushed(nupkg);
    String path = "/" + feed.repository().path();
    String index = text(feed.get("/nuget/v3/index.json"));
    String signatures = text(feed.get(SIGNATURES));
    String honest = platform.httpsUrl() + path + SIGNATURES;
    assertThat(index).contains(honest);
    assertThat(signatures).contains("\"contentUrl\":\"https://");

    try (TamperingProxy proxy =
        TamperingProxy.secure(
            platform,
            Map.of(
                path + "/nuget/v3/index.json",
                json(index.replace(honest, honest.replace("https://", "http://")))))) {
      assertFailed(
          dotnet.restore(
              nupkg.id(),
              nupkg.version(),
              plainConfig(proxy.url() + path + "/nuget/v3/index.json")),
          "http://");
    }
    try (TamperingProxy proxy =
        TamperingProxy.secure(
            platform,
            Map.of(
                path + SIGNATURES,
                json(signatures.replace("\"contentUrl\":\"https:", "\"contentUrl\":\"http:"))))) {
      String tampered = index.replace(honest, proxy.url() + path + SIGNATURES);
      try (TamperingProxy first =
          TamperingProxy.secure(platform, Map.of(path + "/nuget/v3/index.json", json(tampered)))) {
        assertFailed(
            dotnet.restore(
                nupkg.id(),
                nupkg.version(),
                plainConfig(first.url() + path + "/nuget/v3/index.json")),
            "repository signature");
      }
    }
  }

  private static Answer json(String document) {
    return Answer.ok("application/json", document.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** Case 10. */
  @ParameterizedTest
  @EnumSource
  void whatIsChangedInTheStoreIsRefused(Restorer restorer) {
    NugetPackage nupkg = NugetPackage.of("Conformance.Stored", "1.0.0", 19);
    feed.pushed(nupkg);
    try (Intruder intruder = Intruder.into(platform)) {
      intruder.changeContent(feed, nupkg, 300);
    }

    assertRefused(restore(restorer, nupkg, feed.config()), "NU3008");
    assertRefused(restore(restorer, nupkg, plainConfig()), "NU3008");
  }

  /** Case 11. */
  @Test
  void plainHttpMustBeAllowed() {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage nupkg = NugetPackage.of("Conformance.Plain", "1.0.0", 18);
    feed.pushed(nupkg);
    String plain =
        plainConfig(platform.url() + "/" + feed.repository().path() + "/nuget/v3/index.json");

    assertFailed(dotnet.restore(nupkg.id(), nupkg.version(), plain), "NU1302");
    assertSucceeded(
        dotnet.restore(
            nupkg.id(),
            nupkg.version(),
            plain.replace("protocolVersion", "allowInsecureConnections=\"true\" protocolVersion")));
  }

  /** Case 12; our own verifier does not take long. */
  @ParameterizedTest
  @EnumSource
  void noRestoreFailsWhileTheKeyIsRotated(Restorer restorer) {
    List<NugetPackage> packages = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      NugetPackage nupkg = NugetPackage.of("Conformance.Rotating", "1.0." + i, 20 + i);
      feed.pushed(nupkg);
      packages.add(nupkg);
    }
    Optional<String> old = certificate(packages.get(0));
    if (restorer == Restorer.DOTNET) {
      Dotnet.require(platform);
    }
    platform.rotateImmediately(feed.repository().path(), "nuget");
    // What an operator hands out before he asks for the resync: both certificates, and a spare.
    String config =
        await()
            .atMost(Duration.ofSeconds(30))
            .until(feed::config, c -> c.split("fingerprint=").length == 4);
    int restores = restorer == Restorer.OURS ? 200 : RESTORES;
    for (int i = 0; i < restores; i++) {
      if (i == restores / 4) {
        feed.repository().resync();
      }
      assertRestored(restore(restorer, packages.get(i % packages.size()), config), "NU3027");
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(packages).extracting(this::certificate).doesNotContain(old));
    assertRestored(restore(restorer, packages.get(0), config), "NU3027");
  }

  private Optional<String> certificate(NugetPackage nupkg) {
    JsonNode status = feed.status(nupkg.id(), nupkg.version());
    return Optional.of(status.path("fingerprint").asText()).filter(c -> !c.isEmpty());
  }

  /** Case 13. */
  @Test
  void unlistedIsHiddenAndStillRestored() {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage nupkg = NugetPackage.of("Conformance.Unlisted", "1.0.0", 15);
    feed.pushed(nupkg);
    assertThat(dotnet.search(feed, "unlisted")).contains("Conformance.Unlisted");

    List<String> arguments =
        new ArrayList<>(
            List.of("nuget", "delete", nupkg.id(), nupkg.version(), "--non-interactive"));
    arguments.addAll(feed.credentials());
    assertSucceeded(dotnet.run(arguments.toArray(String[]::new)));

    assertThat(dotnet.search(feed, "unlisted")).doesNotContain("Conformance.Unlisted");
    assertSucceeded(dotnet.restore(nupkg.id(), nupkg.version(), feed.config()));
    assertThat(feed.relist(nupkg).statusCode()).isEqualTo(200);
    assertThat(dotnet.search(feed, "unlisted")).contains("Conformance.Unlisted");
  }

  /** Case 13: of what is published later, the client sees what it asks for. */
  @Test
  void theClientFindsNewerVersions() {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage old = NugetPackage.of("Conformance.Aging", "1.0.0", 36);
    feed.pushed(old);
    feed.pushed(NugetPackage.of("Conformance.Aging", "1.1.0", 37));
    feed.pushed(NugetPackage.of("Conformance.Aging", "2.0.0-beta.1", 38));
    assertSucceeded(dotnet.restore(old.id(), old.version(), feed.config()));

    Command.Result outdated = dotnet.run("list", dotnet.project(), "package", "--outdated");
    assertSucceeded(outdated);
    assertThat(outdated.output()).contains("1.1.0").doesNotContain("2.0.0-beta.1");
    Command.Result previews =
        dotnet.run("list", dotnet.project(), "package", "--outdated", "--include-prerelease");
    assertThat(previews.output()).contains("2.0.0-beta.1");
    assertThat(dotnet.search(feed, "aging")).contains("1.1.0").doesNotContain("2.0.0-beta.1");
    assertThat(dotnet.search(feed, "aging", "--prerelease")).contains("2.0.0-beta.1");
    assertThat(dotnet.search(feed, "Conformance.Aging", "--exact-match"))
        .contains("1.0.0", "1.1.0");
  }

  /** Case 13: packages that old clients cannot read are shown to new ones only. */
  @Test
  void oldClientsSeeNoSemVer2() {
    feed.pushed(NugetPackage.of("Conformance.SemVer", "1.0.0", 39));
    feed.pushed(NugetPackage.of("Conformance.SemVer", "2.0.0-beta.1", 40));

    Map<String, JsonNode> hives = feed.resources();
    String index = "conformance.semver/index.json";
    assertThat(feed.json(hives.get("RegistrationsBaseUrl/3.6.0").asText() + index).toString())
        .contains("1.0.0", "2.0.0-beta.1");
    for (String hive : List.of("RegistrationsBaseUrl", "RegistrationsBaseUrl/3.4.0")) {
      assertThat(feed.json(hives.get(hive).asText() + index).toString())
          .contains("1.0.0")
          .doesNotContain("2.0.0-beta.1");
    }
    String query = hives.get("SearchQueryService").asText() + "?q=semver&prerelease=true";
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(feed.json(query + "&semVerLevel=2.0.0").toString())
                    .contains("2.0.0-beta.1"));
    assertThat(feed.json(query).toString()).contains("1.0.0").doesNotContain("2.0.0-beta.1");
    String complete =
        hives.get("SearchAutocompleteService").asText() + "?id=Conformance.SemVer&prerelease=true";
    assertThat(feed.json(complete).path("data")).hasToString("[\"1.0.0\"]");
    assertThat(feed.json(complete + "&semVerLevel=2.0.0").path("data"))
        .hasToString("[\"1.0.0\",\"2.0.0-beta.1\"]");
    assertThat(feed.json(hives.get("SearchAutocompleteService").asText() + "?q=conf").path("data"))
        .hasToString("[\"Conformance.SemVer\"]");
    assertThat(feed.json(hives.get("PackageBaseAddress/3.0.0").asText() + index).path("versions"))
        .hasToString("[\"1.0.0\",\"2.0.0-beta.1\"]");
  }

  /** Case 14. */
  @Test
  void aPrivateFeedAsksForTheToken() {
    feed = NugetFeed.open(platform, settings());
    NugetPackage nupkg = NugetPackage.of("Conformance.Private", "1.0.0", 16);
    feed.pushed(nupkg);
    String path = "/nuget/v3/flat/conformance.private/index.json";

    HttpResponse<byte[]> anonymous = feed.get(path);
    assertThat(anonymous.statusCode()).isEqualTo(401);
    assertThat(anonymous.headers().firstValue("WWW-Authenticate").orElseThrow())
        .startsWith("Basic ");
    assertThat(feed.getAs("wrong", path).statusCode()).isEqualTo(401);
    assertThat(feed.getAs(feed.repository().token(), path).statusCode()).isEqualTo(200);
    assertThat(feed.getWithApiKey("wrong", path).statusCode()).isEqualTo(401);
    assertThat(feed.getWithApiKey(feed.repository().token(), path).statusCode()).isEqualTo(200);
  }

  /** Case 14. */
  @Test
  void theClientSendsTheTokenAsPassword() {
    Dotnet dotnet = Dotnet.require(platform);
    feed = NugetFeed.open(platform, settings());
    NugetPackage nupkg = NugetPackage.of("Conformance.Secret", "1.0.0", 16);
    feed.pushed(nupkg);
    String config = feed.config();

    assertFailed(dotnet.restore(nupkg.id(), nupkg.version(), config), "401");
    assertSucceeded(
        dotnet.restore(nupkg.id(), nupkg.version(), with(feed.repository().token(), config)));
  }

  private String with(String password, String config) {
    String source = "countermark_" + feed.repository().path().replaceAll("[/-]", "_");
    String credentials =
        "<packageSourceCredentials><%1$s><add key=\"Username\" value=\"token\"/>"
            + "<add key=\"ClearTextPassword\" value=\"%2$s\"/></%1$s></packageSourceCredentials>"
            + "</configuration>";
    return config.replace("</configuration>", credentials.formatted(source, password));
  }

  /**
   * Case 15. Later SDKs verify templates, this one does not yet; one whose signer is trusted is
   * installed by all.
   */
  @Test
  void aTemplateIsInstalled() {
    Dotnet dotnet = Dotnet.require(platform);
    NugetPackage nupkg = NugetPackage.template("Conformance.Templates", "1.0.0", "conformance-t");
    feed.pushed(nupkg);
    dotnet.file("nuget.config", feed.config());

    assertSucceeded(dotnet.run("new", "install", nupkg.id() + "@" + nupkg.version()));

    assertThat(dotnet.run("new", "list", "conformance-t").output()).contains("conformance-t");
  }
}
