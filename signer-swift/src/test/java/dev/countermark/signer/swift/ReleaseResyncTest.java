package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a resync changes of releases that are signed, by how far it is to go. */
class ReleaseResyncTest {
  private final TestRegistry registry = new TestRegistry();

  @Test
  void ensureChangesNothingThatIsInOrder() {
    registry.push(Archives.sample());
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.keys.rotate();
    registry.store.reset();

    assertThat(registry.resync(ResyncMode.ENSURE)).isInstanceOf(AlreadySigned.class);

    assertThat(registry.record()).isEqualTo(before);
    assertThat(registry.store.writes()).isEmpty();
    assertThat(registry.unrepaired).isEmpty();
  }

  @Test
  void ensureSignsOnlyTheArchiveAnewWhenTheKeyWasRevoked() {
    registry.push(Archives.sample());
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.keys.revoked.put(1, TestRegistry.NOW);
    registry.keys.rotate();

    assertThat(registry.resync(ResyncMode.ENSURE)).isInstanceOf(Signed.class);

    assertOnlyTheArchivesSignatureChanged(before);
    Oracle.assertSignedBy(
        registry.current(), registry.archive(), registry.signed().signature(), TestRegistry.NOW);
    assertThat(registry.unrepaired).containsExactly(Flaw.REVOKED, Flaw.REVOKED);
    assertThat(registry.resync(ResyncMode.ENSURE)).isInstanceOf(AlreadySigned.class);
  }

  @Test
  void ensureSignsOnlyTheArchiveAnewWhenTheCertificateExpired() {
    registry.push(Archives.sample());
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.clock.advance(Duration.ofDays(400));
    registry.keys.renew();

    assertThat(registry.resync(ResyncMode.ENSURE, Instant.EPOCH))
        .as("whatever time an event says")
        .isInstanceOf(Signed.class);

    assertOnlyTheArchivesSignatureChanged(before);
    assertThat(registry.signed().signer().keyVersion()).isEqualTo(2);
    assertThat(registry.signed().signer().signedAt()).isEqualTo(registry.clock.instant());
    assertThat(registry.unrepaired).containsExactly(Flaw.EXPIRED, Flaw.EXPIRED);
  }

  @Test
  void signsNothingAnewBecauseAnEventSaysThatItsCertificateExpired() {
    registry.push(Archives.sample());
    registry.upload();
    ReleaseRecord before = registry.record();

    assertThat(
            registry.resync(
                ResyncMode.ENSURE, registry.clock.instant().plus(Duration.ofDays(4_000))))
        .isInstanceOf(AlreadySigned.class);

    assertThat(registry.record()).isEqualTo(before);
    assertThat(registry.unrepaired).isEmpty();
  }

  private void assertOnlyTheArchivesSignatureChanged(ReleaseRecord before) {
    SignedRelease old = before.signed().orElseThrow();
    assertThat(registry.record().generation()).isEqualTo(before.generation() + 1);
    assertThat(registry.signed().signature()).isNotEqualTo(old.signature());
    assertThat(registry.signed().manifests()).isEqualTo(old.manifests());
    assertThat(registry.signed().archive()).isEqualTo(old.archive());
    assertThat(registry.signed().sha256()).isEqualTo(old.sha256());
    assertThat(registry.signed().mode()).isEqualTo(old.mode());
  }

  @Test
  void waitsForAKeyWhoseCertificateIsValid() {
    registry.push(Archives.sample());
    registry.current();
    registry.clock.advance(Duration.ofDays(400));

    assertThatThrownBy(registry::upload).isInstanceOf(Failure.Transient.class);
    registry.keys.renew();
    assertThat(registry.upload()).isInstanceOf(Signed.class);
  }

  @Test
  void ensureRepairsABrokenSignatureOfTheArchive() {
    registry.push(Archives.sample());
    registry.upload();
    SignedRelease good = registry.signed();
    registry.replaceSigned(with(good, good.manifests(), Bytes.utf8("broken")));

    assertThat(registry.resync(ResyncMode.ENSURE)).isInstanceOf(Signed.class);

    assertThat(registry.signed()).isEqualTo(good);
    assertThat(registry.unrepaired).isEmpty();
  }

  @Test
  void ensureReportsABrokenManifestAndLeavesIt() {
    registry.push(Archives.sample());
    registry.upload();
    SignedRelease good = registry.signed();
    SignedManifest first = good.manifests().get(0);
    SignedManifest broken =
        new SignedManifest(
            first.file(),
            first.toolsVersion(),
            Bytes.utf8("// changed\n" + first.content().toUtf8()),
            first.signer());
    registry.replaceSigned(with(good, List.of(broken, good.manifests().get(1)), good.signature()));
    ReleaseRecord before = registry.record();

    assertThat(registry.resync(ResyncMode.ENSURE)).isInstanceOf(AlreadySigned.class);

    assertThat(registry.record()).isEqualTo(before);
    assertThat(registry.unrepaired).containsExactly(Flaw.BROKEN);
  }

  @Test
  void signsNoArchiveAnewThatIsNoLongerWhatItWas() {
    byte[] archive = Archives.sample();
    ReleaseRecord pushed = registry.push(archive);
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.keys.rotate();
    Part part = pushed.upload().parts().get(0);
    byte[] changed = archive.clone();
    // In a file that is neither manifest nor directory.
    changed[new String(archive, StandardCharsets.ISO_8859_1).indexOf("public struct")] ^= 1;
    registry.store.put(ObjectKeys.content(part.sha256(), part.upload()), changed, changed.length);

    SigningOutcome<SignedArtifact> outcome = registry.resync(ResyncMode.ROTATE_ARCHIVE);

    assertThat(outcome).isInstanceOf(Refused.class);
    assertThat(((Refused<SignedArtifact>) outcome).reason()).isEqualTo(Refusal.DIGEST_MISMATCH);
    assertThat(registry.record()).isEqualTo(before);
  }

  private static SignedRelease with(
      SignedRelease release, List<SignedManifest> manifests, Bytes signature) {
    return new SignedRelease(
        release.mode(),
        release.archive(),
        release.size(),
        release.sha256(),
        manifests,
        signature,
        release.signer());
  }

  @Test
  void rotateArchiveSignsOnlyTheArchiveWithTheCurrentKeyAndOnce() {
    registry.push(Archives.sample());
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.keys.rotate();

    assertThat(registry.resync(ResyncMode.ROTATE_ARCHIVE)).isInstanceOf(Signed.class);

    assertOnlyTheArchivesSignatureChanged(before);
    Oracle.assertSignedBy(
        registry.current(), registry.archive(), registry.signed().signature(), TestRegistry.NOW);
    ReleaseRecord rotated = registry.record();
    assertThat(registry.resync(ResyncMode.ROTATE_ARCHIVE)).isInstanceOf(AlreadySigned.class);
    assertThat(registry.resync(ResyncMode.ENSURE)).isInstanceOf(AlreadySigned.class);
    assertThat(registry.record()).isEqualTo(rotated);
  }

  @Test
  void anUploadsEventNeverRotates() {
    registry.push(Archives.sample());
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.keys.rotate();

    registry
        .signer()
        .sign(registry.request(Lane.UPLOAD, ResyncMode.RESIGN_ALL, TestRegistry.PUSHED));

    assertThat(registry.record()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(ArchiveMode.class)
  void resignAllSignsEverythingWithTheCurrentKeyAndOnce(ArchiveMode mode) {
    registry.settings(new SwiftSettings(false, mode, null, null));
    registry.push(Archives.sample());
    registry.upload();
    SignedRelease old = registry.signed();
    registry.keys.rotate();
    // What the repository wants of new uploads is no reason to rewrite old ones otherwise.
    registry.settings(SwiftSettings.defaults());

    assertThat(registry.resync(ResyncMode.RESIGN_ALL)).isInstanceOf(Signed.class);

    registry.assertSignedBy(registry.current());
    assertThat(registry.signed().mode()).isEqualTo(mode);
    assertThat(manifests(registry.signed())).isNotEqualTo(manifests(old));
    assertThat(registry.signed().manifests())
        .allSatisfy(m -> assertThat(Oracle.lines(m.content().toArray())).isEqualTo(1));
    ReleaseRecord resigned = registry.record();
    assertThat(registry.resync(ResyncMode.RESIGN_ALL)).isInstanceOf(AlreadySigned.class);
    assertThat(registry.record()).isEqualTo(resigned);
  }

  @Test
  void resignAllMendsABrokenManifest() {
    registry.push(Archives.sample());
    registry.upload();
    SignedRelease good = registry.signed();
    SignedManifest first = good.manifests().get(0);
    SignedManifest broken =
        new SignedManifest(
            first.file(), first.toolsVersion(), Bytes.utf8("// broken"), first.signer());
    registry.replaceSigned(with(good, List.of(broken, good.manifests().get(1)), good.signature()));

    assertThat(registry.resync(ResyncMode.RESIGN_ALL)).isInstanceOf(Signed.class);

    assertThat(registry.signed()).isEqualTo(good);
  }

  private static Map<String, String> manifests(SignedRelease release) {
    Map<String, String> manifests = new LinkedHashMap<>();
    release.manifests().forEach(m -> manifests.put(m.file(), m.content().toUtf8()));
    return manifests;
  }
}
