package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the signatures that authors made. */
class AuthorSignatureTest {
  private final TestRegistry registry = new TestRegistry();

  @Test
  void keepsWhatItsAuthorSigned() {
    registry.settings(registry.authors(AuthorPolicy.KEEP_AUTHOR, registry.author.root()));
    ReleaseRecord pushed = registry.pushSigned();

    assertThat(registry.upload()).isInstanceOf(Signed.class);

    assertThat(registry.archive())
        .isEqualTo(registry.read(pushed.upload().parts(), 0, pushed.upload().size()));
    assertThat(registry.signed().mode()).isEqualTo(ArchiveMode.OVERLAY);
    assertThat(registry.signed().signature()).isEqualTo(pushed.author().orElseThrow().archive());
    assertThat(registry.signed().signer().by()).isEqualTo(SignedBy.AUTHOR);
    assertThat(registry.signed().signer().keyVersion()).isZero();
    assertThat(registry.signed().signer().certificate()).isEqualTo(registry.author.fingerprint());
    assertThat(registry.signed().signer().signedAt()).isEqualTo(TestRegistry.PUSHED);
    for (SignedManifest manifest : registry.signed().manifests()) {
      Oracle.assertManifestSignedBy(
          registry.author.key(), manifest.content().toArray(), TestRegistry.NOW);
      assertThat(manifest.signer().by()).isEqualTo(SignedBy.AUTHOR);
    }
    assertThat(registry.keys.calls).isZero();
  }

  /** Who trusts the root alone cannot get from it to the signer: the root is nowhere. */
  @Test
  void saysWhatClientsMustTrustToTakeAnAuthor() {
    Bytes intermediate = registry.author.key().certificates().get(1);
    registry.settings(registry.authors(AuthorPolicy.KEEP_AUTHOR, intermediate));
    registry.pushSigned();

    assertThat(registry.upload()).isInstanceOf(Signed.class);

    assertThat(registry.signed().warnings())
        .isNotEmpty()
        .allSatisfy(
            w ->
                assertThat(w)
                    .contains("does not lead to a root", "clients refuse it unless CN=")
                    .contains("--cert-chain-paths"))
        .anySatisfy(w -> assertThat(w).startsWith("source archive: "))
        .anySatisfy(w -> assertThat(w).startsWith("Package.swift: "));
  }

  @Test
  void saysNothingOfAnAuthorWhomClientsCanVerify() {
    registry.settings(registry.authors(AuthorPolicy.KEEP_AUTHOR, registry.author.root()));
    registry.pushSigned();

    registry.upload();

    assertThat(registry.signed().warnings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(ResyncMode.class)
  void keepsAnAuthorsSignatureInEveryResync(ResyncMode mode) {
    registry.settings(registry.authors(AuthorPolicy.KEEP_AUTHOR, registry.author.root()));
    registry.pushSigned();
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.keys.rotate();

    assertThat(registry.resync(mode)).isInstanceOf(AlreadySigned.class);
    assertThat(registry.record()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"ENSURE", "ROTATE_ARCHIVE"})
  void keepsAnAuthorsSignatureUnlessAskedForEverything(ResyncMode mode) {
    registry.settings(registry.authors(AuthorPolicy.KEEP_AUTHOR, registry.author.root()));
    registry.pushSigned();
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.settings(registry.authors(AuthorPolicy.REPLACE, registry.author.root()));

    assertThat(registry.resync(mode)).isInstanceOf(AlreadySigned.class);
    assertThat(registry.record()).isEqualTo(before);
    assertThat(registry.resync(ResyncMode.RESIGN_ALL)).isInstanceOf(Signed.class);
    registry.assertSignedBy(registry.current());
  }

  @Test
  void signsOverItsAuthorWhereTheRepositoryWantsThat() {
    registry.settings(registry.authors(AuthorPolicy.REPLACE, registry.author.root()));
    ReleaseRecord pushed = registry.pushSigned();

    assertThat(registry.upload()).isInstanceOf(Signed.class);

    registry.assertSignedBy(registry.current());
    assertThat(registry.signed().mode()).isEqualTo(ArchiveMode.OVERLAY);
    assertThat(registry.archive())
        .isEqualTo(registry.read(pushed.upload().parts(), 0, pushed.upload().size()));
    for (SignedManifest manifest : registry.signed().manifests()) {
      byte[] content = manifest.content().toArray();
      assertThat(Oracle.lines(content)).isEqualTo(2);
      Oracle.assertManifestSignedBy(
          registry.author.key(), Oracle.unsigned(content), TestRegistry.NOW);
    }
    assertThat(registry.record().author()).isEqualTo(pushed.author());
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void refusesAnAuthorWhoIsNotTrusted(AuthorPolicy policy) {
    registry.settings(registry.authors(policy, new Author(TestRegistry.CLOCK).root()));
    registry.pushSigned();

    registry.assertRefused(registry.upload(), Refusal.SIGNATURE_POLICY);
    assertThat(registry.keys.calls).isZero();
  }

  @Test
  void signsOverAnAuthorWhomNobodyKnowsWhereNobodyIsKnown() {
    registry.settings(registry.authors(AuthorPolicy.REPLACE));
    registry.pushSigned();

    assertThat(registry.upload()).isInstanceOf(Signed.class);
    registry.assertSignedBy(registry.current());
  }

  @Test
  void keepsNoAuthorWhomNobodyVouchesFor() {
    registry.pushSigned();

    registry.assertRefused(registry.upload(), Refusal.SIGNATURE_POLICY);
  }

  @Test
  void refusesUnsignedReleasesWhereAuthorsMustSign() {
    registry.settings(registry.authors(AuthorPolicy.REQUIRE, registry.author.root()));
    registry.push(Archives.sample());

    registry.assertRefused(registry.upload(), Refusal.SIGNATURE_POLICY);
    registry.pushSigned();
    assertThat(registry.upload()).isInstanceOf(Signed.class);
    assertThat(registry.signed().signer().by()).isEqualTo(SignedBy.AUTHOR);
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void refusesAnAuthorsSignatureOfSomethingElse(AuthorPolicy policy) {
    registry.settings(registry.authors(policy, registry.author.root()));
    ReleaseRecord pushed = registry.pushSigned();
    registry.push(
        pushed.upload(), Optional.of(registry.signature(registry.author.sign(Archives.sample()))));
    registry.assertRefused(registry.upload(), Refusal.INVALID_SIGNATURE);

    registry.push(pushed.upload(), Optional.of(registry.signature(new byte[] {0x30, 0})));
    registry.assertRefused(registry.upload(), Refusal.INVALID_SIGNATURE);
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void refusesAnAuthorWhoLeftAManifestUnsigned(AuthorPolicy policy) {
    registry.settings(registry.authors(policy, registry.author.root()));
    Map<String, byte[]> files = Archives.files();
    files.computeIfPresent("Package.swift", (name, content) -> registry.author.signed(content));
    byte[] archive = Archives.zip(files);
    registry.push(archive, Optional.of(registry.signature(registry.author.sign(archive))));

    registry.assertRefused(registry.upload(), Refusal.INVALID_SIGNATURE);
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void refusesAManifestThatSomebodyElseSigned(AuthorPolicy policy) {
    registry.settings(registry.authors(policy, registry.author.root()));
    Author other = new Author(TestRegistry.CLOCK);
    Map<String, byte[]> files = Archives.files();
    files.computeIfPresent("Package.swift", (name, content) -> registry.author.signed(content));
    files.computeIfPresent("Package@swift-5.7.swift", (name, content) -> other.signed(content));
    byte[] archive = Archives.zip(files);
    registry.push(archive, Optional.of(registry.signature(registry.author.sign(archive))));

    assertThat(registry.upload()).isInstanceOf(Refused.class);
    assertThat(registry.record().state()).isEqualTo(State.REFUSED);
  }

  // ---- settings that changed since it was taken -----------------------------------------------

  /** What nobody vouched for is not handed out because somebody would vouch for it now. */
  @Test
  void replacesWhomNobodyVouchedForWhateverIsSetSince() {
    registry.taken(ArchiveMode.EMBED, AuthorPolicy.REPLACE);
    registry.settings(registry.authors(AuthorPolicy.KEEP_AUTHOR, registry.author.root()));
    registry.pushSigned();

    assertThat(registry.upload()).isInstanceOf(Signed.class);
    registry.assertSignedBy(registry.current());
  }

  @ParameterizedTest
  @EnumSource(AuthorPolicy.class)
  void keepsWhoWasVouchedForWhateverIsSetSince(AuthorPolicy since) {
    registry.taken(ArchiveMode.EMBED, AuthorPolicy.KEEP_AUTHOR, registry.author.root());
    registry.settings(registry.authors(since, new Author(TestRegistry.CLOCK).root()));
    registry.pushSigned();

    assertThat(registry.upload()).isInstanceOf(Signed.class);
    assertThat(registry.signed().signer().by()).isEqualTo(SignedBy.AUTHOR);
  }

  /** The gateway's word is not enough: the signer looks whether these roots do vouch. */
  @Test
  void checksTheRootsOfTheRecordItself() {
    registry.taken(
        ArchiveMode.EMBED, AuthorPolicy.KEEP_AUTHOR, new Author(TestRegistry.CLOCK).root());
    registry.settings(registry.authors(AuthorPolicy.KEEP_AUTHOR, registry.author.root()));
    registry.pushSigned();

    registry.assertRefused(registry.upload(), Refusal.SIGNATURE_POLICY);
  }

  @Test
  void takesUnsignedReleasesThatWereTakenBeforeAuthorsHadToSign() {
    registry.taken(ArchiveMode.OVERLAY, AuthorPolicy.KEEP_AUTHOR);
    registry.settings(registry.authors(AuthorPolicy.REQUIRE, registry.author.root()));
    registry.push(Archives.sample());

    assertThat(registry.upload()).isInstanceOf(Signed.class);
    assertThat(registry.signed().mode()).isEqualTo(ArchiveMode.OVERLAY);
  }

  /** Whoever asks for a resync wants the settings of now, also for what still waits. */
  @Test
  void aResyncOfWhatWaitsGoesByTheSettings() {
    registry.taken(ArchiveMode.OVERLAY, AuthorPolicy.KEEP_AUTHOR);
    registry.push(Archives.sample());

    assertThat(registry.resync(ResyncMode.ENSURE)).isInstanceOf(Signed.class);
    assertThat(registry.signed().mode()).isEqualTo(ArchiveMode.EMBED);
  }
}
