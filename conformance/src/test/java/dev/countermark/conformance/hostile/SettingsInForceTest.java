package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.PausedPart;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.nuget.NugetFeed;
import dev.countermark.conformance.swift.SwiftAuthority;
import dev.countermark.conformance.swift.SwiftRegistry;
import dev.countermark.conformance.swift.SwiftRelease;
import dev.countermark.conformance.swift.SwiftSignatures;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.nuget.NugetPackage;
import dev.countermark.testkit.swift.SwiftPackage;
import dev.countermark.testkit.swift.SwiftPublication;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A setting that cannot be met is refused when it is set; one that is changed concerns what is
 * pushed after it.
 */
@ExtendWith({PlatformExtension.class, BesideOthers.class})
class SettingsInForceTest {
  private static final SwiftAuthority VOUCHED = new SwiftAuthority("Vouched");
  private static final SwiftAuthority STRANGERS = new SwiftAuthority("Strangers");

  private static ObjectNode settings() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static HttpResponse<byte[]> set(
      Platform platform, String path, String format, ObjectNode settings) {
    ObjectNode body = settings();
    body.putObject("settings").set(format, settings);
    return platform.call("PUT", "/api/v1/repositories/" + path, Json.write(body));
  }

  /** This platform has no timestamp authority. */
  @Test
  void whatCannotBeMetIsRefusedWithTheReason(Platform platform) {
    NugetFeed feed = NugetFeed.open(platform);
    String path = feed.repository().path();

    HttpResponse<byte[]> timestamps =
        set(platform, path, "nuget", settings().put("timestamps", "required"));
    HttpResponse<byte[]> authors =
        set(platform, path, "swift", settings().put("authors", "require"));

    assertThat(timestamps.statusCode()).isEqualTo(400);
    assertThat(new String(timestamps.body(), StandardCharsets.UTF_8))
        .contains("urn:countermark:problem:invalid-value")
        .contains("countermark.nuget.timestamp-authorities");
    assertThat(authors.statusCode()).isEqualTo(400);
    assertThat(new String(authors.body(), StandardCharsets.UTF_8)).contains("authorRoots");
    // Nothing of it is in force.
    feed.pushed(NugetPackage.of("Hostile.Unmet", "1.0.0", 1));
  }

  private static ObjectNode authors(String policy, SwiftAuthority... roots)
      throws CertificateEncodingException {
    ObjectNode settings = settings().put("authors", policy).put("anonymousRead", true);
    for (SwiftAuthority root : roots) {
      settings
          .withArray("authorRoots")
          .add(Base64.getEncoder().encodeToString(root.root().getEncoded()));
    }
    return settings;
  }

  private static SwiftPublication signed(SwiftPackage pkg, SwiftAuthority.Signer author) {
    SwiftPackage signed = pkg;
    for (String manifest : List.of(SwiftPackage.MANIFEST, SwiftPackage.MANIFEST_5_9)) {
      signed = signed.with(manifest, author.signManifest(pkg.file(manifest)));
    }
    byte[] archive = signed.archive();
    return new SwiftPublication(
        archive, Optional.of(author.sign(archive)), Optional.empty(), Optional.empty());
  }

  /** Nobody vouched for that author when it was taken: his signature is not handed out. */
  @Test
  void aStrangersSignatureIsNotKeptByALaterSetting(Platform platform) throws Exception {
    SwiftRegistry registry = SwiftRegistry.open(platform, authors("replace"));
    SwiftPackage pkg = SwiftPackage.of("Stranger", "1.0.0");
    SwiftPublication upload = signed(pkg, STRANGERS.signer("A stranger"));
    try (PausedPart signer = new PausedPart(platform, Platform.SIGNER)) {
      SwiftRegistry.assertAccepted(registry.publish(pkg.path(), upload));
      ObjectNode later = authors("keep-author", VOUCHED);
      assertThat(set(platform, registry.repository().path(), "swift", later).statusCode())
          .isEqualTo(200);
    }
    registry.awaitAvailable(pkg);

    SwiftRelease release = registry.release(pkg);
    SwiftSignatures.assertGenuine(
        release.signature().orElseThrow(), upload.archive(), registry.root());
    assertThat(release.signature().orElseThrow()).isNotEqualTo(upload.signature().orElseThrow());
  }

  @Test
  void aVouchedSignatureIsKeptWhateverIsSetLater(Platform platform) throws Exception {
    SwiftRegistry registry = SwiftRegistry.open(platform, authors("keep-author", VOUCHED));
    SwiftPackage pkg = SwiftPackage.of("Vouched", "1.0.0");
    SwiftPublication upload = signed(pkg, VOUCHED.signer("An author"));
    try (PausedPart signer = new PausedPart(platform, Platform.SIGNER)) {
      SwiftRegistry.assertAccepted(registry.publish(pkg.path(), upload));
      ObjectNode later = authors("keep-author", STRANGERS);
      assertThat(set(platform, registry.repository().path(), "swift", later).statusCode())
          .isEqualTo(200);
    }
    registry.awaitAvailable(pkg);

    SwiftRelease release = registry.release(pkg);
    SwiftSignatures.assertGenuine(
        release.signature().orElseThrow(), upload.archive(), VOUCHED.root());
    assertThat(release.signature().orElseThrow()).isEqualTo(upload.signature().orElseThrow());
  }
}
