package dev.countermark.conformance.nuget;

import static dev.countermark.conformance.nuget.Told.assertFailed;
import static dev.countermark.conformance.nuget.Told.assertSucceeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Block;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.testkit.nuget.NugetPackage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A project that takes warnings for errors restores from a private feed with the generated
 * configuration, and with nothing else than what is documented; which does not make it blind.
 */
@ExtendWith(PlatformExtension.class)
class NugetQuietTest {
  private static final Pattern VARIABLE =
      Pattern.compile("NuGetPackageSourceCredentials_[A-Za-z][A-Za-z0-9_]*");
  private static final String STRICT = "<TreatWarningsAsErrors>true</TreatWarningsAsErrors>";
  private static final String WHOEVER_HAS_THE_ROOT = "<NoWarn>$(NoWarn);NU3027</NoWarn>" + STRICT;

  private Platform platform;
  private NugetFeed feed;
  private NugetPackage nupkg;
  private Dotnet dotnet;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    dotnet = Dotnet.require(platform).askingForRevocations();
    feed = NugetFeed.open(platform, JsonNodeFactory.instance.objectNode());
    nupkg = NugetPackage.of("Conformance.Quiet", "1.0.0", 41);
    feed.pushed(nupkg);
  }

  /** As it is said in the file itself. */
  private Dotnet withCredentials(String config) {
    Matcher variable = VARIABLE.matcher(config);
    assertThat(variable.find()).as(config).isTrue();
    return dotnet.with(variable.group(), "Username=token;Password=" + feed.repository().token());
  }

  private static String documented() {
    return Block.of("docs/formats/nuget.md", "<NoWarn>").text();
  }

  private Command.Result restore(Dotnet client, String config, String property) {
    return client.restore(nupkg.id(), nupkg.version(), config, property);
  }

  private String config(String scheme) {
    return scheme.equals("https")
        ? feed.config()
        : new String(
            platform.get("/" + feed.repository().path() + "/keys/nuget/nuget.config").body(),
            StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void nothingIsSaidWithTheDocumentedProperty(String scheme) {
    String config = config(scheme);
    assertThat(config).contains("value=\"" + scheme + "://", "require");

    Command.Result result = restore(withCredentials(config), config, documented() + STRICT);

    assertSucceeded(result);
    assertThat(Dotnet.codes(result)).isEmpty();
    assertThat(result.output()).doesNotContain("NU30");
  }

  @Test
  void withoutItTheTwoThatItNamesAreErrors() {
    String config = feed.config();
    Command.Result result = restore(withCredentials(config), config, STRICT);
    assertFailed(result, "NU3027");
    assertThat(result.output()).contains("NU3018");
  }

  @Test
  void whatSomebodyElseSignedIsRefusedWithItToo() {
    String config = feed.config().replaceAll("fingerprint=\"[0-9A-F]{8}", "fingerprint=\"00000000");
    assertFailed(restore(withCredentials(config), config, documented()), "NU3018");
  }

  @Test
  void whoHasTheRootSeesNothingOfRevocationsUntilThereIsOne() {
    String config = feed.config();
    dotnet = dotnet.trustingSignaturesOf(root());
    assertSucceeded(restore(withCredentials(config), config, WHOEVER_HAS_THE_ROOT));

    String repository = feed.repository().path();
    platform.rotateImmediately(repository, "nuget");
    platform.revoke(repository, "nuget", 1);
    // Somebody who has fetched nothing yet. Before it looks whether a certificate is revoked, the
    // client looks whether the feed announces it: what is revoked is no longer announced.
    Dotnet other = Dotnet.require(platform).askingForRevocations().trustingSignaturesOf(root());
    dotnet = other;
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofSeconds(5))
        .untilAsserted(
            () ->
                assertFailed(
                    restore(withCredentials(config), config, WHOEVER_HAS_THE_ROOT), "NU3034"));
  }

  private X509Certificate root() {
    byte[] pem = platform.get("/" + feed.repository().path() + "/keys/nuget/root.pem").body();
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(pem));
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }
}
