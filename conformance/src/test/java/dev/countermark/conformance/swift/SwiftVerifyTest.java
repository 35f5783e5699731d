package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.TamperingProxy;
import dev.countermark.testkit.swift.SwiftPackage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the Swift client makes of releases, right and wrong ones, that an attacker's registry hands
 * out (swift reference, section 7, cases 3 to 13).
 */
@ExtendWith(PlatformExtension.class)
class SwiftVerifyTest {
  private static final SwiftAuthority AUTHORITY = new SwiftAuthority("Conformance root");
  private static final SwiftAuthority.Signer SIGNER = AUTHORITY.signer("Conformance signer");
  private static final SwiftPackage PKG = SwiftPackage.of("Verified", "1.0.0");
  private static final String INVALID =
      "signature is invalid: Invalid signature from signing certificate";

  private Platform platform;
  private Swift swift;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    swift = Swift.require(platform).dependingOn(PKG);
  }

  private static void assertSucceeded(Command.Result result) {
    assertThat(result.exitCode()).as(result::toString).isZero();
  }

  private static void assertFailed(Command.Result result, String why) {
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.output()).contains(why);
  }

  private static SwiftRelease good() {
    return SwiftRelease.signed(PKG, SIGNER);
  }

  /** Resolves what somebody else says that the registry said. */
  private Command.Result resolve(SwiftRelease release) {
    try (TamperingProxy proxy = new TamperingProxy(platform.url(), release.answers("/swift"))) {
      return swift.using(proxy.url() + "/swift").resolve();
    }
  }

  /** The same release, untouched: so the refusals below are of what was changed. */
  @Test
  void acceptsAnotherAuthoritysReleaseWhenItsRootIsTrusted() {
    swift.trusting(AUTHORITY.root());

    assertSucceeded(resolve(good()));
  }

  private static byte[] changed(byte[] manifest) {
    return new String(manifest, StandardCharsets.UTF_8)
        .replaceFirst("name: \"", "name:  \"")
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @param why what the client says
   */
  record Tampered(String name, SwiftRelease release, String why) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Tampered> tampered() {
    SwiftRelease good = good();
    byte[] archive = good.archive();
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    return Stream.of(
        new Tampered(
            "archive longer by a byte",
            good.archive(Arrays.copyOf(archive, archive.length + 1)),
            "'demo.Verified': " + INVALID),
        new Tampered(
            "manifest changed",
            good.manifest(
                SwiftPackage.MANIFEST, changed(good.manifests().get(SwiftPackage.MANIFEST))),
            INVALID),
        new Tampered(
            "manifest for newer compilers changed",
            good.manifest(
                SwiftPackage.MANIFEST_5_9,
                changed(good.manifests().get(SwiftPackage.MANIFEST_5_9))),
            INVALID),
        new Tampered(
            "manifest unsigned",
            good.manifest(SwiftPackage.MANIFEST, PKG.file(SwiftPackage.MANIFEST)),
            "manifest for demo.Verified version 1.0.0 tools version unspecified"),
        new Tampered(
            "manifest for newer compilers unsigned",
            good.manifest(SwiftPackage.MANIFEST_5_9, PKG.file(SwiftPackage.MANIFEST_5_9)),
            "manifest for demo.Verified version 1.0.0 tools version 5.9.0"),
        new Tampered(
            "nothing signed",
            SwiftRelease.unsigned(PKG),
            "'demo.Verified': demo.Verified version 1.0.0 source archive from"),
        new Tampered(
            "signature dropped from the metadata",
            good.withoutSignature(),
            "'demo.Verified': demo.Verified version 1.0.0 source archive from"),
        new Tampered(
            "signature over something else", good.signature(SIGNER.sign(new byte[] {1})), INVALID),
        new Tampered(
            "unknown signature format",
            good.signatureFormat("cms-9.9.9"),
            "unknown signature format: cms-9.9.9"),
        new Tampered(
            "wrong checksum",
            good.checksum("0".repeat(64)),
            "invalid registry source archive checksum '"
                + good.checksum()
                + "', expected '"
                + "0".repeat(64)),
        new Tampered(
            "other authority",
            SwiftRelease.signed(PKG, new SwiftAuthority("Somebody").signer("Somebody's signer")),
            "is not trusted"),
        new Tampered(
            "intermediate missing",
            SwiftRelease.signed(PKG, SIGNER.withoutIntermediate()),
            "is not trusted"),
        new Tampered(
            "certificate expired",
            SwiftRelease.signed(
                PKG,
                AUTHORITY.signer(
                    "Expired",
                    now.minus(day),
                    now.minusSeconds(60),
                    KeyPurposeId.id_kp_codeSigning)),
            "has expired"),
        new Tampered(
            "certificate not yet valid",
            SwiftRelease.signed(
                PKG,
                AUTHORITY.signer(
                    "Early",
                    now.plus(day),
                    now.plus(day).plus(day),
                    KeyPurposeId.id_kp_codeSigning)),
            "is not yet valid"),
        new Tampered(
            "certificate of a web server",
            SwiftRelease.signed(
                PKG,
                AUTHORITY.signer(
                    "Web", now.minus(day), now.plus(day), KeyPurposeId.id_kp_serverAuth)),
            "does not have code signing extended key usage"));
  }

  @ParameterizedTest
  @MethodSource("tampered")
  void refuses(Tampered tampered) {
    swift.trusting(AUTHORITY.root());

    Command.Result result = resolve(tampered.release());

    assertFailed(result, tampered.why());
  }

  @Test
  void trustsNobodyByDefault() {
    swift.trusting();

    assertFailed(resolve(good()), "is not trusted");
  }

  @Test
  void warnsOfTheUnsignedWhenToldTo() {
    swift.trusting(AUTHORITY.root());
    try (TamperingProxy proxy =
        new TamperingProxy(platform.url(), SwiftRelease.unsigned(PKG).answers("/swift"))) {
      Command.Result result =
          swift.using(proxy.url() + "/swift", s -> s.put("onUnsigned", "warn")).resolve();

      assertSucceeded(result);
      assertThat(result.output()).contains("warning: ", "is not signed");
    }
  }

  @Test
  void doesNotAskForTheTimeWhenToldNotTo() {
    SwiftRelease expired =
        SwiftRelease.signed(
            PKG,
            AUTHORITY.signer(
                "Expired",
                Instant.now().minus(Duration.ofDays(2)),
                Instant.now().minus(Duration.ofDays(1)),
                KeyPurposeId.id_kp_codeSigning));
    swift.trusting(AUTHORITY.root());
    try (TamperingProxy proxy = new TamperingProxy(platform.url(), expired.answers("/swift"))) {
      assertSucceeded(
          swift
              .using(
                  proxy.url() + "/swift",
                  s -> s.withObject("/validationChecks").put("certificateExpiration", "disabled"))
              .resolve());
    }
  }

  /**
   * Fingerprints are of bytes: a second signature by a key that signs at random is another file.
   */
  @Test
  void refusesManifestsThatWereSignedAnew() {
    SwiftRelease first = good();
    swift.trusting(AUTHORITY.root());
    Map<String, TamperingProxy.Answer> answers = new HashMap<>(first.answers("/swift"));
    try (TamperingProxy proxy = new TamperingProxy(platform.url(), answers)) {
      assertSucceeded(swift.using(proxy.url() + "/swift").resolve());
    }

    assertFailed(resolve(good()), "invalid registry source archive checksum");
  }

  /** As from an object store with addresses that are signed. */
  @Test
  void followsTheArchiveElsewhere() {
    Map<String, TamperingProxy.Answer> elsewhere =
        Map.of("/bucket/archive", good().answers("/swift").get("/swift/demo/Verified/1.0.0.zip"));
    try (TamperingProxy store = new TamperingProxy(platform.url(), elsewhere)) {
      SwiftRelease good = good();
      Map<String, TamperingProxy.Answer> answers = new HashMap<>(good.answers("/swift"));
      answers.put(
          "/swift/demo/Verified/1.0.0.zip",
          TamperingProxy.Answer.elsewhere(store.url() + "/bucket/archive"));
      swift.trusting(AUTHORITY.root());
      try (TamperingProxy proxy = new TamperingProxy(platform.url(), answers)) {
        assertSucceeded(swift.using(proxy.url() + "/swift").resolve());
      }
    }
  }
}
