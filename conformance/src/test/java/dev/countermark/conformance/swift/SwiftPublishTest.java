package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.TamperingProxy;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.swift.SwiftPackage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Swift client and a registry of the platform, from {@code publish} to {@code run} (swift
 * reference, section 7).
 */
@ExtendWith(PlatformExtension.class)
class SwiftPublishTest {
  private static final SwiftAuthority AUTHORS = new SwiftAuthority("Publishers");
  private static final SwiftAuthority.Signer AUTHOR = AUTHORS.signer("A publisher");

  private Platform platform;
  private Swift swift;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    swift = Swift.require(platform);
  }

  private static void assertSucceeded(Command.Result result) {
    assertThat(result.exitCode()).as(result::toString).isZero();
  }

  private static void assertFailed(Command.Result result, String why) {
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.output()).contains(why);
  }

  private Command.Result publish(SwiftRegistry registry, SwiftPackage pkg, String... more) {
    return swift.publish(pkg, registry.urlWithToken(), more);
  }

  @Test
  void publishesResolvesAndRuns() {
    SwiftRegistry registry = SwiftRegistry.open(platform);
    SwiftPackage pkg =
        SwiftPackage.of("Hello", "1.0.0").metadata("{\"description\":\"key=value\"}");

    Command.Result published = publish(registry, pkg);

    assertSucceeded(published);
    registry.awaitAvailable(pkg);
    assertThat(registry.metadata(pkg).path("metadata").path("description").asText())
        .isEqualTo("key=value");
    JsonNode config =
        Json.read(
            registry.trust(
                "registries.json?roots=" + Platform.encoded(swift.folder("roots").toString())),
            JsonNode.class);
    swift.trusting(registry.root()).configured(config).dependingOn(pkg);
    Command.Result resolved = swift.resolve();
    assertSucceeded(resolved);
    assertThat(resolved.output()).contains("Fetched demo.Hello");
    assertThat(swift.resolved(pkg).toString()).contains(leafName(registry, pkg));
    Command.Result ran = swift.run("app", "run");
    assertSucceeded(ran);
    assertThat(ran.output()).contains("hello from Hello 1.0.0");
    // Cache and pins gone, fingerprints kept.
    assertSucceeded(swift.resolve());
  }

  private static String leafName(SwiftRegistry registry, SwiftPackage pkg) {
    SwiftRelease release = registry.release(pkg);
    X509Certificate leaf =
        SwiftSignatures.assertGenuine(
            release.signature().orElseThrow(), release.archive(), registry.root());
    String name = leaf.getSubjectX500Principal().getName();
    return name.replaceAll("(?s).*CN=([^,]*).*", "$1");
  }

  @Test
  void tellsThePublisherThatAVersionIsGivenAway() {
    SwiftRegistry registry = SwiftRegistry.open(platform);
    SwiftPackage pkg = SwiftPackage.of("Twice", "1.0.0");

    Command.Result first = publish(registry, pkg);
    registry.awaitAvailable(pkg);

    assertSucceeded(first);
    assertThat(first.output()).contains("demo.Twice version 1.0.0 was successfully published");
    assertFailed(
        publish(registry, pkg), "failed publishing: server error 409: demo.Twice 1.0.0 exists");
  }

  @Test
  void tellsThePublisherWhereToAskLater() {
    SwiftRegistry registry = SwiftRegistry.open(platform);
    SwiftPackage pkg = SwiftPackage.of("Later", "1.0.0");

    Map<String, String> impatient =
        Map.of(
            "Prefer",
            "respond-async, wait=0",
            "Authorization",
            "Bearer " + registry.repository().token());

    try (TamperingProxy proxy = new TamperingProxy(platform.url(), Map.of(), impatient)) {
      Command.Result result = swift.publish(pkg, proxy.url() + registry.base());

      assertSucceeded(result);
      assertThat(result.output()).contains("successfully submitted", "/swift/submissions/");
    }
    registry.awaitAvailable(pkg);
  }

  @Test
  void tellsThePublisherWhatIsWrong() {
    SwiftRegistry registry = SwiftRegistry.open(platform);

    assertFailed(
        publish(registry, SwiftPackage.of("Wrong", "1.0.0-a.zip")),
        "failed publishing: server error 422: A version must not end in .zip");
  }

  /** Both ways of storing, and archives as this very client made them. */
  @ParameterizedTest
  @ValueSource(strings = {"embed", "overlay"})
  void resolvesHoweverArchivesAreKept(String archives) {
    SwiftRegistry registry =
        SwiftRegistry.open(
            platform, JsonNodeFactory.instance.objectNode().put("archives", archives));
    SwiftPackage pkg = SwiftPackage.of("Stored", "1.0.0");

    assertSucceeded(publish(registry, pkg));
    registry.awaitAvailable(pkg);

    swift.trusting(registry.root()).using(registry.url()).dependingOn(pkg);
    assertSucceeded(swift.resolve());
  }

  private enum Policy {
    KEEP_AUTHOR("keep-author"),
    REPLACE("replace"),
    REQUIRE("require");

    private final String setting;

    Policy(String setting) {
      this.setting = setting;
    }
  }

  @ParameterizedTest
  @EnumSource
  void resolvesWhatAnAuthorSigned(Policy policy) throws CertificateEncodingException {
    ObjectNode settings = JsonNodeFactory.instance.objectNode().put("authors", policy.setting);
    settings
        .putArray("authorRoots")
        .add(Base64.getEncoder().encodeToString(AUTHORS.root().getEncoded()));
    SwiftRegistry registry = SwiftRegistry.open(platform, settings);
    SwiftPackage pkg = SwiftPackage.of("Authored", "1.0.0").metadata("{\"description\":\"a\"}");

    if (policy == Policy.REQUIRE) {
      assertFailed(publish(registry, pkg), "failed publishing: server error 422: ");
    }
    assertSucceeded(publish(registry, pkg, keyAndChain()));
    registry.awaitAvailable(pkg);

    X509Certificate root = policy == Policy.REPLACE ? registry.root() : AUTHORS.root();
    swift.trusting(root).using(registry.url()).dependingOn(pkg);
    assertSucceeded(swift.resolve());
    X509Certificate other = policy == Policy.REPLACE ? AUTHORS.root() : registry.root();
    swift = swift.another().trusting(other).using(registry.url()).dependingOn(pkg);
    assertFailed(swift.resolve(), "is not trusted");
  }

  private String[] keyAndChain() throws CertificateEncodingException {
    List<String> arguments = new ArrayList<>();
    arguments.add("--private-key-path");
    arguments.add(swift.write("author.p8", AUTHOR.key().getPrivate().getEncoded()).toString());
    arguments.add("--cert-chain-paths");
    int n = 0;
    for (X509Certificate certificate : AUTHOR.chain()) {
      Path file = swift.write("author" + n++ + ".der", certificate.getEncoded());
      arguments.add(file.toString());
    }
    return arguments.toArray(String[]::new);
  }

  @Test
  void aPrivateRegistryAsksForTheToken() {
    SwiftRegistry registry = SwiftRegistry.openPrivate(platform);
    SwiftPackage pkg = SwiftPackage.of("Private", "1.0.0");
    registry.published(pkg);
    swift.trusting(registry.root()).using(registry.url()).dependingOn(pkg);

    assertFailed(swift.resolve(), "server error 401: ");
    swift.authenticated(platform.host(), registry.repository().token());
    assertSucceeded(swift.resolve());
  }

  @Test
  void logsInAndPublishesOverTls() {
    swift.trustingTls(platform.tlsAuthority().orElseThrow());
    SwiftRegistry registry = SwiftRegistry.openPrivate(platform);
    SwiftPackage pkg = SwiftPackage.of("Encrypted", "1.0.0");
    swift.trusting(registry.root()).using(registry.httpsUrl()).dependingOn(pkg);

    Command.Result refused = unaborted(() -> login(registry, "wrong"));
    assertThat(refused.exitCode()).as(refused::toString).isNotZero();
    assertThat(refused.output()).doesNotContain("Login successful");
    Command.Result loggedIn = unaborted(() -> login(registry, registry.repository().token()));
    assertThat(loggedIn.output()).contains("Login successful");
    Command.Result published = swift.publish(pkg, registry.httpsUrl());
    if (!aborted(published)) {
      assertSucceeded(published);
    }
    registry.awaitAvailable(pkg);
    assertSucceeded(unaborted(() -> swift.resolve()));
  }

  /**
   * Over TLS, Swift 6.0 on Linux aborts now and then when it lets go of its connections, whatever
   * came of the request and often before it has told.
   */
  private static boolean aborted(Command.Result result) {
    return result.output().contains("_MultiHandle deallocated");
  }

  /** What it says when it does not abort; publishing cannot be asked for twice, all else can. */
  private static Command.Result unaborted(Supplier<Command.Result> call) {
    Command.Result result = call.get();
    for (int i = 0; i < 10 && aborted(result); i++) {
      result = call.get();
    }
    return result;
  }

  private Command.Result login(SwiftRegistry registry, String token) {
    return swift.run(
        "app", "package-registry", "login", registry.httpsUrl(), "--token", token, "--no-confirm");
  }

  // ---- what an attacker changes on the way ------------------------------------------------------

  @Test
  void refusesWhatThePlatformSignedOnceItIsChanged() {
    SwiftRegistry registry = SwiftRegistry.open(platform);
    SwiftPackage pkg = SwiftPackage.of("Changed", "1.0.0");
    SwiftRelease release = registry.published(pkg);
    byte[] manifest = release.manifests().get(SwiftPackage.MANIFEST);
    byte[] longer = Arrays.copyOf(release.archive(), release.archive().length + 1);
    String invalid = "signature is invalid: Invalid signature from signing certificate";

    assertSucceeded(resolveChanged(registry, release));
    assertFailed(resolveChanged(registry, release.archive(longer)), "'demo.Changed': " + invalid);
    assertFailed(
        resolveChanged(
            registry,
            release.manifest(
                SwiftPackage.MANIFEST,
                new String(manifest, StandardCharsets.UTF_8)
                    .replaceFirst("name: \"", "name:  \"")
                    .getBytes(StandardCharsets.UTF_8))),
        invalid);
    assertFailed(
        resolveChanged(
            registry, release.manifest(SwiftPackage.MANIFEST, pkg.file(SwiftPackage.MANIFEST))),
        "tools version unspecified");
    assertFailed(resolveChanged(registry, release.withoutSignature()), "is not signed");
    assertFailed(
        resolveChanged(registry, release.checksum("0".repeat(64))),
        "invalid registry source archive checksum");
  }

  private Command.Result resolveChanged(SwiftRegistry registry, SwiftRelease release) {
    try (TamperingProxy proxy = new TamperingProxy(platform.url(), release.answers("/swift"))) {
      return swift
          .another()
          .trusting(registry.root())
          .using(proxy.url() + "/swift")
          .dependingOn(release.pkg())
          .resolve();
    }
  }

  // ---- names and line ends ----------------------------------------------------------------------

  static List<SwiftPackage> unusual() {
    String manifest = SwiftPackage.manifest("5.5", "Ends");
    SwiftPackage pkg = SwiftPackage.of("Ends", "1.0.0").without(SwiftPackage.MANIFEST_5_9);
    return List.of(
        pkg.with(SwiftPackage.MANIFEST, manifest.replace("\n", "\r\n")),
        pkg.with(SwiftPackage.MANIFEST, manifest.stripTrailing()));
  }

  @ParameterizedTest
  @MethodSource("unusual")
  void resolvesWhateverTheSpellingAndTheLineEnds(SwiftPackage pkg) {
    SwiftRegistry registry = SwiftRegistry.open(platform);
    registry.published(pkg);

    swift.trusting(registry.root()).using(registry.url()).dependingOn("DEMO.ends", pkg);

    assertSucceeded(swift.resolve());
  }
}
