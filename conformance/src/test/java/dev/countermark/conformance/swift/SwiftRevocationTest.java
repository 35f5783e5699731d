package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.testkit.swift.SwiftPackage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the Swift client makes of an installation that answers OCSP: revoking a repository's key
 * reaches those that ask, and nobody else (swift reference, section 4.4 and section 7, case 16).
 */
class SwiftRevocationTest {
  private static final SwiftPackage PKG = SwiftPackage.of("Revocable", "1.0.0");
  private static final String REVOKED = "revoked through OCSP, reason: nil";

  private static OcspWitness witness;
  private static Platform platform;

  private Swift swift;
  private SwiftRegistry registry;

  @BeforeAll
  static void start() {
    witness = new OcspWitness();
    platform = Platform.start(Map.of("COUNTERMARK_KEYSERVICE_CA_SWIFT_OCSP_URL", witness.url()));
  }

  @AfterAll
  static void stop() {
    if (platform != null) {
      platform.close();
    }
    witness.close();
  }

  @BeforeEach
  void publish() {
    swift = Swift.require(platform);
    witness.respond(witness.platform(platform));
    registry = SwiftRegistry.open(platform);
    registry.published(PKG);
    swift.trusting(registry.root()).dependingOn(PKG);
  }

  /** As on a machine that never saw the release. */
  private Command.Result resolve(String revocation) {
    return swift
        .using(
            registry.url(),
            signing ->
                signing.withObject("/validationChecks").put("certificateRevocation", revocation))
        .resolveAfresh();
  }

  private void revokeFirstKey() {
    String repository = registry.repository().path();
    platform.rotateImmediately(repository, "swift");
    platform.revoke(repository, "swift", 1);
  }

  private static void assertSucceeded(Command.Result result) {
    assertThat(result.exitCode()).as(result::toString).isZero();
  }

  private static void assertFailed(Command.Result result, String why) {
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.output()).contains(why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"strict", "allowSoftFail"})
  void asksAboutTheWholeChainAndAcceptsWhatIsNotRevoked(String revocation) {
    assertSucceeded(resolve(revocation));

    assertThat(witness.asked())
        .containsExactlyInAnyOrder(registry.repository().path() + "/1", "authority");
  }

  @ParameterizedTest
  @ValueSource(strings = {"strict", "allowSoftFail"})
  void refusesWhatARevokedKeySigned(String revocation) {
    assertSucceeded(resolve(revocation));
    revokeFirstKey();

    assertFailed(resolve(revocation), REVOKED);
  }

  @Test
  void doesNotAskUnlessToldTo() {
    revokeFirstKey();

    assertSucceeded(resolve("disabled"));

    assertThat(witness.asked()).isEmpty();
  }

  /** The way back after a leak, for those that ask. */
  @Test
  void acceptsWhatWasSignedAnewAfterTheRevocation() {
    revokeFirstKey();
    SwiftRelease old = registry.release(PKG);
    platform.call(
        "POST",
        "/api/v1/repositories/" + registry.repository().path() + "/resync",
        "{\"mode\":\"resign-all\",\"confirm\":true}".getBytes(StandardCharsets.UTF_8));
    registry.awaitOtherSignature(old);

    assertSucceeded(resolve("strict"));

    assertThat(witness.asked())
        .containsExactlyInAnyOrder(registry.repository().path() + "/2", "authority");
  }

  /** Whoever keeps clients from the responder hides a revocation, in both modes. */
  @ParameterizedTest
  @ValueSource(strings = {"strict", "allowSoftFail"})
  void acceptsWhenTheResponderIsAway(String revocation) {
    revokeFirstKey();
    witness.respond((path, type, question) -> new OcspWitness.Answer(503, new byte[0]));

    assertSucceeded(resolve(revocation));

    assertThat(witness.asked()).contains(registry.repository().path() + "/1");
  }

  /** Asks of another version than the client did, so that nobody there knows the certificate. */
  private OcspWitness.Responder unaware() {
    platform.rotateImmediately(registry.repository().path(), "swift");
    OcspWitness.Responder gateway = witness.platform(platform);
    return (path, type, question) -> gateway.answer(path.replaceAll("/1$", "/2"), type, question);
  }

  @Test
  void acceptsTheUnknownUnlessStrict() {
    witness.respond(unaware());

    assertSucceeded(resolve("allowSoftFail"));
    assertFailed(resolve("strict"), "OCSP response returned as status unknown");
  }

  @Test
  void acceptsAResponderThatHasNoTimeUnlessStrict() throws IOException, OCSPException {
    byte[] later = new OCSPRespBuilder().build(OCSPRespBuilder.TRY_LATER, null).getEncoded();
    witness.respond((path, type, question) -> new OcspWitness.Answer(200, later));

    assertSucceeded(resolve("allowSoftFail"));
    assertFailed(resolve("strict"), "OCSP request failed tryLater");
  }
}
