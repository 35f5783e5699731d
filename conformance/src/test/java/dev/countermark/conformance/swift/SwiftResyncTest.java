package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Resync;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.swift.SwiftPackage;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What clients remember of a release stays true whatever an operator does, but for {@code
 * resign-all}, which says so first (swift reference, section 6).
 */
@ExtendWith(PlatformExtension.class)
class SwiftResyncTest {
  private static final SwiftPackage PKG = SwiftPackage.of("Remembered", "1.0.0");

  private Platform platform;
  private SwiftRegistry registry;
  private Optional<Swift> swift;

  /** The client takes part where it is installed; the bytes are compared everywhere. */
  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    registry = SwiftRegistry.open(platform);
    swift = Swift.find(platform);
  }

  private HttpResponse<byte[]> resync(String order) {
    return platform.call(
        "POST",
        "/api/v1/repositories/" + registry.repository().path() + "/resync",
        order.getBytes(StandardCharsets.UTF_8));
  }

  private void assertResolves() {
    swift.ifPresent(
        client -> {
          Command.Result result = client.resolve();
          assertThat(result.exitCode()).as(result::toString).isZero();
        });
  }

  private static void assertSameBytes(SwiftRelease before, SwiftRelease after) {
    assertThat(after.archive()).isEqualTo(before.archive());
    assertThat(after.checksum()).isEqualTo(before.checksum());
    before
        .manifests()
        .forEach((file, content) -> assertThat(after.manifests().get(file)).isEqualTo(content));
  }

  private void resynced(String order) {
    JsonNode ended = Resync.of(platform, registry.repository().path(), order);
    assertThat(ended.path("done").asInt()).as(ended::toString).isEqualTo(1);
  }

  private void assertGenuine(SwiftRelease release) {
    SwiftSignatures.assertGenuine(
        release.signature().orElseThrow(), release.archive(), registry.root());
  }

  @Test
  void theSameConsumerResolvesWhateverIsRenewedButAll() {
    SwiftRelease first = registry.published(PKG);
    swift.ifPresent(c -> c.trusting(registry.root()).using(registry.url()).dependingOn(PKG));
    assertResolves();

    resynced("{}");
    SwiftRelease ensured = registry.release(PKG);
    assertSameBytes(first, ensured);
    assertThat(ensured.signature().orElseThrow()).isEqualTo(first.signature().orElseThrow());
    assertResolves();

    platform.rotateImmediately(registry.repository().path(), "swift");
    resynced("{\"mode\":\"ensure\"}");
    assertSameBytes(first, registry.release(PKG));
    assertResolves();

    resynced("{\"mode\":\"rotate-archive\"}");
    SwiftRelease rotated = registry.awaitOtherSignature(first);
    assertSameBytes(first, rotated);
    assertGenuine(rotated);
    assertResolves();
  }

  @Test
  void signingAllAnewBreaksWhoRemembersAndSaysSo() {
    SwiftRelease first = registry.published(PKG);
    swift.ifPresent(c -> c.trusting(registry.root()).using(registry.url()).dependingOn(PKG));
    assertResolves();
    platform.rotateImmediately(registry.repository().path(), "swift");

    HttpResponse<byte[]> asked = resync("{\"mode\":\"resign-all\"}");

    assertThat(asked.statusCode()).isEqualTo(409);
    assertThat(Json.read(asked.body(), JsonNode.class).path("detail").asText())
        .contains("demo.remembered 1.0.0", "fingerprints", "rotate-archive");
    HttpResponse<byte[]> told = resync("{\"mode\":\"resign-all\",\"confirm\":true}");
    assertThat(told.statusCode()).isEqualTo(202);
    SwiftRelease anew = registry.awaitOtherSignature(first);
    assertGenuine(anew);
    assertThat(anew.manifests().get(SwiftPackage.MANIFEST))
        .isNotEqualTo(first.manifests().get(SwiftPackage.MANIFEST));
    SwiftSignatures.assertManifestGenuine(
        anew.manifests().get(SwiftPackage.MANIFEST),
        PKG.file(SwiftPackage.MANIFEST),
        registry.root());
    swift.ifPresent(
        client -> {
          Command.Result refused = client.resolve();
          assertThat(refused.exitCode()).as(refused::toString).isEqualTo(1);
          assertThat(refused.output()).contains("invalid registry source archive checksum");
          Command.Result afresh = client.resolveAfresh();
          assertThat(afresh.exitCode()).as(afresh::toString).isZero();
        });
  }
}
