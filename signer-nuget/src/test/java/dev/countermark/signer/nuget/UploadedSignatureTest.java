package dev.countermark.signer.nuget;

import static dev.countermark.signer.nuget.TestFeed.NAME;
import static dev.countermark.signer.nuget.TestFeed.NOW;
import static dev.countermark.signer.nuget.TestFeed.TOOLS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.ReplacedSignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done with the signature that a package comes with, by policy. */
class UploadedSignatureTest {
  private static final String ID = "Acme.Tools";
  private static final byte[] UNSIGNED = SignedPackages.unsigned(ID);

  private final TestFeed feed = new TestFeed();

  private static byte[] author(Consumer<ForgedSignature> change) throws Exception {
    return SignedPackages.author(ID, change);
  }

  private static byte[] repository(Consumer<ForgedSignature> change) throws Exception {
    return SignedPackages.repository(ID, change);
  }

  private void policy(SignaturePolicy policy) {
    feed.settings(policy, TimestampPolicy.NONE);
  }

  private SigningOutcome<SignedArtifact> pushed(byte[] file) {
    feed.push(file);
    return feed.sign(Lane.UPLOAD);
  }

  private void refused(byte[] file, Refusal why) {
    feed.store.delete(NugetKeys.version(NAME, TOOLS));
    assertThat(pushed(file))
        .isInstanceOfSatisfying(Refused.class, r -> assertThat(r.reason()).isEqualTo(why));
    assertThat(feed.record().state()).isEqualTo(State.REFUSED);
    assertThat(feed.record().signed()).isEmpty();
    assertThat(feed.signatures).hasValue(0);
  }

  private static ReplacedSignature forged() throws Exception {
    return new ReplacedSignature(
        SignedPackages.fingerprint(TestPki.LEAF),
        ForgedSignature.SERVICE_INDEX,
        List.of("acme", "bob"));
  }

  private void assertPrimary(byte[] file) throws Exception {
    PackageSignature signature = TestFeed.signature(file);
    assertThat(signature.primary().type()).isEqualTo(SignatureType.REPOSITORY);
    assertThat(signature.countersigners()).isEmpty();
    assertThat(signature.certificates()).doesNotContain(TestPki.LEAF);
    assertThat(feed.signed().signature().kind()).isEqualTo(SignatureKind.PRIMARY);
    assertThat(feed.findings(file)).containsExactly("WARNING NU3027");
    assertThat(TestFeed.stripped(file)).isEqualTo(UNSIGNED);
  }

  /** Everything that the author signed or added stays, and one repository countersigns it. */
  private void assertCountersigned(byte[] file, byte[] uploaded) throws Exception {
    PackageSignature before = TestFeed.signature(uploaded);
    PackageSignature after = TestFeed.signature(file);
    assertThat(after.primary().type()).isEqualTo(SignatureType.AUTHOR);
    assertThat(after.primary().signatureValue()).isEqualTo(before.primary().signatureValue());
    assertThat(after.isPrimaryGenuine()).isTrue();
    assertThat(after.content().encode()).isEqualTo(before.content().encode());
    assertThat(after.primary().timestamps())
        .usingElementComparator(Arrays::compare)
        .containsExactlyElementsOf(before.primary().timestamps());
    assertThat(after.certificates()).containsAll(before.certificates());
    assertThat(after.countersigners())
        .singleElement()
        .satisfies(
            c -> {
              assertThat(c.type()).isEqualTo(SignatureType.REPOSITORY);
              assertThat(c.hasContentType()).isFalse();
              assertThat(c.repositoryClaim().orElseThrow().serviceIndex())
                  .isEqualTo(TestFeed.SERVICE_INDEX);
            });
    assertThat(feed.signed().signature().kind()).isEqualTo(SignatureKind.COUNTERSIGNATURE);
    assertThat(TestFeed.stripped(file)).isEqualTo(UNSIGNED);
    assertThat(TestFeed.contentHash(file)).isEqualTo(TestFeed.contentHash(uploaded));
  }

  // ---- resign, the default --------------------------------------------------------------------

  @Test
  void countersignsAnAuthor() throws Exception {
    byte[] uploaded = author(f -> f.timestamp = new TestTsa()::token);

    assertThat(pushed(uploaded)).isInstanceOf(Signed.class);

    assertCountersigned(feed.file(), uploaded);
    assertThat(feed.findings(feed.file())).containsExactly("WARNING NU3027");
    assertThat(feed.signed().replaced()).isEmpty();
    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(AlreadySigned.class);
  }

  @Test
  void countersignsAnAuthorWhomNobodyTrusts() throws Exception {
    KeyPair key = TestPki.rsa(2048);
    X509Certificate self = TestPki.root("CN=Some Author", key);
    byte[] uploaded = author(f -> f.by(self, key));

    assertThat(pushed(uploaded)).isInstanceOf(Signed.class);

    assertCountersigned(feed.file(), uploaded);
  }

  @Test
  void countersignsAnAuthorWhoseCertificateHasEnded() throws Exception {
    X509Certificate ended =
        TestPki.leaf(
            p -> p.validity(NOW.minus(Duration.ofDays(365)), NOW.minus(Duration.ofDays(1))));
    byte[] uploaded = author(f -> f.by(ended, TestPki.LEAF_KEY, TestPki.ROOT));

    assertThat(pushed(uploaded)).isInstanceOf(Signed.class);

    assertCountersigned(feed.file(), uploaded);
  }

  @Test
  void replacesTheRepositoriesThatCountersignedAnAuthor() throws Exception {
    byte[] uploaded = author(f -> f.countersigned(ForgedSignature.countersignature()));

    assertThat(pushed(uploaded)).isInstanceOf(Signed.class);

    assertCountersigned(feed.file(), uploaded);
    assertThat(feed.signed().replaced()).contains(forged());

    feed.store.delete(NugetKeys.version(NAME, TOOLS));
    byte[] twice =
        author(
            f -> {
              f.countersigned(ForgedSignature.countersignature());
              f.countersigned(ForgedSignature.countersignature());
            });
    assertThat(pushed(twice)).isInstanceOf(Signed.class);
    assertCountersigned(feed.file(), twice);
  }

  @Test
  void replacesAForeignRepository() throws Exception {
    byte[] uploaded = repository(f -> f.timestamp = new TestTsa()::token);

    assertThat(pushed(uploaded)).isInstanceOf(Signed.class);

    assertPrimary(feed.file());
    assertThat(feed.signed().replaced()).contains(forged());
    assertThat(TestFeed.contentHash(feed.file())).isEqualTo(TestFeed.contentHash(uploaded));
  }

  @Test
  void signsAnewWhateverItCountersigned() throws Exception {
    byte[] uploaded = author(f -> {});
    pushed(uploaded);
    feed.keys.rotate(NAME, new Purpose("nuget"));

    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(Signed.class);

    assertCountersigned(feed.file(), uploaded);
    assertThat(feed.signed().signature().keyVersion()).isEqualTo(2);
    assertThat(TestFeed.signature(feed.file()).countersigners()).hasSize(1);
  }

  // ---- packages that come back ----------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(
      value = SignaturePolicy.class,
      names = {"RESIGN", "KEEP_VALID_FOREIGN"})
  void leavesItsOwnSignatureAlone(SignaturePolicy policy) throws Exception {
    policy(policy);
    for (byte[] uploaded : List.of(UNSIGNED, author(f -> {}))) {
      feed.store.delete(NugetKeys.version(NAME, TOOLS));
      pushed(uploaded);
      SignedPackage first = feed.signed();
      byte[] file = feed.file();
      feed.signatures.set(0);

      feed.store.delete(NugetKeys.version(NAME, TOOLS));
      assertThat(pushed(file)).isInstanceOf(Signed.class);

      assertThat(feed.file()).isEqualTo(file);
      assertThat(feed.signatures).hasValue(0);
      assertThat(feed.signed().signature()).isEqualTo(first.signature());
      assertThat(feed.signed().replaced()).isEmpty();
      assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(AlreadySigned.class);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SignaturePolicy.class,
      names = {"RESIGN", "KEEP_VALID_FOREIGN"})
  void replacesItsOwnSignatureByAnOldKey(SignaturePolicy policy) throws Exception {
    policy(policy);
    pushed(UNSIGNED);
    byte[] file = feed.file();
    feed.keys.rotate(NAME, new Purpose("nuget"));

    feed.store.delete(NugetKeys.version(NAME, TOOLS));
    pushed(file);

    assertPrimary(feed.file());
    assertThat(feed.signed().signature().keyVersion()).isEqualTo(2);
  }

  @Test
  void keepsNobodyWhoSignsInItsName() throws Exception {
    policy(SignaturePolicy.KEEP_VALID_FOREIGN);
    byte[] uploaded =
        repository(
            f -> {
              f.serviceIndexes = List.of(TestFeed.SERVICE_INDEX.toString());
              f.owners = List.of("acme");
            });

    assertThat(pushed(uploaded)).isInstanceOf(Signed.class);

    assertPrimary(feed.file());
  }

  // ---- keep-valid-foreign ---------------------------------------------------------------------

  @Test
  void keepsAForeignRepositoryWhereThatIsWanted() throws Exception {
    policy(SignaturePolicy.KEEP_VALID_FOREIGN);
    List<byte[]> all =
        List.of(
            repository(f -> {}), author(f -> f.countersigned(ForgedSignature.countersignature())));
    for (byte[] uploaded : all) {
      feed.store.delete(NugetKeys.version(NAME, TOOLS));
      assertThat(pushed(uploaded)).isInstanceOf(Signed.class);

      assertThat(feed.file()).isEqualTo(uploaded);
      assertThat(feed.signatures).hasValue(0);
      assertThat(feed.signed().signature().kind()).isEqualTo(SignatureKind.FOREIGN);
      assertThat(feed.signed().signature().keyVersion()).isZero();
      assertThat(feed.signed().signature().certificate()).isEqualTo(forged().certificate());
      assertThat(feed.signed().signature().serviceIndex()).isEqualTo(forged().serviceIndex());
      assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(AlreadySigned.class);
    }
  }

  @Test
  void signsWhatNoRepositorySignedThere() throws Exception {
    policy(SignaturePolicy.KEEP_VALID_FOREIGN);

    pushed(UNSIGNED);
    assertPrimary(feed.file());

    feed.store.delete(NugetKeys.version(NAME, TOOLS));
    byte[] uploaded = author(f -> {});
    pushed(uploaded);
    assertCountersigned(feed.file(), uploaded);
  }

  @Test
  void replacesACountersignatureThatIsNotGenuine() throws Exception {
    policy(SignaturePolicy.KEEP_VALID_FOREIGN);
    byte[] uploaded =
        author(f -> f.countersigned(ForgedSignature.countersignature().but(c -> c.spoiled = true)));

    assertThat(pushed(uploaded)).isInstanceOf(Signed.class);

    assertCountersigned(feed.file(), uploaded);
  }

  @Test
  void replacesTheForeignOneWhenThePolicyChanges() throws Exception {
    policy(SignaturePolicy.KEEP_VALID_FOREIGN);
    pushed(repository(f -> {}));
    policy(SignaturePolicy.RESIGN);

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(AlreadySigned.class);
    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(Signed.class);

    assertPrimary(feed.file());
    assertThat(feed.signed().replaced()).contains(forged());
  }

  // ---- reject-signed --------------------------------------------------------------------------

  @Test
  void refusesSignedPackagesWhereThatIsWanted() throws Exception {
    policy(SignaturePolicy.REJECT_SIGNED);

    refused(author(f -> {}), Refusal.SIGNATURE_POLICY);
    refused(repository(f -> {}), Refusal.SIGNATURE_POLICY);

    feed.store.delete(NugetKeys.version(NAME, TOOLS));
    assertThat(pushed(UNSIGNED)).isInstanceOf(Signed.class);
    assertPrimary(feed.file());
  }

  @Test
  void signsAnewWhatWasTakenBeforeThatWasWanted() throws Exception {
    byte[] uploaded = author(f -> {});
    pushed(uploaded);
    policy(SignaturePolicy.REJECT_SIGNED);
    feed.keys.rotate(NAME, new Purpose("nuget"));

    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(Signed.class);

    assertCountersigned(feed.file(), uploaded);
    assertThat(feed.signed().signature().keyVersion()).isEqualTo(2);
  }

  @Test
  void takesWhatIsWantedAgain() throws Exception {
    policy(SignaturePolicy.REJECT_SIGNED);
    byte[] uploaded = author(f -> {});
    refused(uploaded, Refusal.SIGNATURE_POLICY);
    policy(SignaturePolicy.RESIGN);

    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(Signed.class);

    assertCountersigned(feed.file(), uploaded);
  }

  // ---- broken ones ----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(
      value = SignaturePolicy.class,
      names = {"RESIGN", "KEEP_VALID_FOREIGN"})
  void refusesASignatureThatIsNotGenuine(SignaturePolicy policy) throws Exception {
    policy(policy);
    List<Consumer<ForgedSignature>> all = new ArrayList<>();
    all.add(f -> f.spoiled = true);
    all.add(f -> f.content = f.content.replaceFirst("-Hash:....", "-Hash:AAAA"));
    all.add(f -> f.content = "Version:1\n\n");
    all.add(f -> f.signers = 2);
    all.add(f -> f.certificates.clear());
    all.add(f -> f.signingTime = null);
    all.add(f -> f.ess = false);
    for (Consumer<ForgedSignature> change : all) {
      refused(author(change), Refusal.INVALID_SIGNATURE);
      refused(repository(change), Refusal.INVALID_SIGNATURE);
    }
    refused(repository(f -> f.commitments.clear()), Refusal.INVALID_SIGNATURE);
  }

  @ParameterizedTest
  @EnumSource(
      value = SignaturePolicy.class,
      names = {"RESIGN", "KEEP_VALID_FOREIGN"})
  void refusesAnAuthorWhoCountersigned(SignaturePolicy policy) throws Exception {
    policy(policy);
    Consumer<ForgedSignature> byAnAuthor =
        f ->
            f.countersigned(
                ForgedSignature.countersignature()
                    .but(
                        c -> {
                          c.commitments = List.of(PKCSObjectIdentifiers.id_cti_ets_proofOfOrigin);
                          c.serviceIndexes = List.of();
                          c.owners = null;
                        }));

    refused(author(byAnAuthor), Refusal.INVALID_SIGNATURE);
    refused(repository(byAnAuthor), Refusal.INVALID_SIGNATURE);
  }

  @Test
  void refusesWhatWasChangedAfterItWasSigned() throws Exception {
    for (byte[] file : List.of(author(f -> {}), repository(f -> {}))) {
      int hello = new String(file, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("hello");
      file[hello] ^= 1;
      refused(file, Refusal.INVALID_SIGNATURE);
    }
  }
}
