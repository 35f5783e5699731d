package dev.countermark.signer.nuget;

import static dev.countermark.signer.nuget.TestFeed.NAME;
import static dev.countermark.signer.nuget.TestFeed.NOW;
import static dev.countermark.signer.nuget.TestFeed.PUSHED;
import static dev.countermark.signer.nuget.TestFeed.SERVICE_INDEX;
import static dev.countermark.signer.nuget.TestFeed.TOOLS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Exempt;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One request, one look at the record, one compare-and-set; whatever happens in between. */
class SignPackageTest {
  private static final byte[] PACKAGE = SignedPackages.unsigned("Acme.Tools");

  private final TestFeed feed = new TestFeed();

  private SigningOutcome<SignedArtifact> upload() {
    return feed.sign(Lane.UPLOAD);
  }

  private SigningOutcome<SignedArtifact> resync() {
    return feed.sign(Lane.RESYNC);
  }

  private void assertSound(byte[] file) throws Exception {
    assertThat(feed.findings(file)).containsExactly("WARNING NU3027");
    assertThat(TestFeed.stripped(file)).isEqualTo(PACKAGE);
    assertThat(TestFeed.contentHash(file)).isEqualTo(TestFeed.contentHash(PACKAGE));
  }

  private void change(UnaryOperator<VersionRecord> change) {
    feed.records.update(
        NugetKeys.version(NAME, TOOLS), VersionRecord.class, old -> old.map(change));
  }

  private static void assertRefused(SigningOutcome<SignedArtifact> outcome, Refusal why) {
    assertThat(outcome)
        .isInstanceOfSatisfying(Refused.class, r -> assertThat(r.reason()).isEqualTo(why));
  }

  // ---- once -----------------------------------------------------------------------------------

  @Test
  void signsAPackageAsItsRepository() throws Exception {
    feed.push(PACKAGE);

    var outcome = upload();

    var key = feed.keys.current(NAME, new Purpose("nuget"));
    byte[] file = feed.file();
    assertSound(file);
    assertThat(feed.record().state()).isEqualTo(State.AVAILABLE);
    assertThat(feed.signed().signature())
        .isEqualTo(
            new RepositorySignature(
                SignatureKind.PRIMARY,
                1,
                key.leafFingerprint().orElseThrow(),
                SERVICE_INDEX.toString(),
                List.of("acme"),
                NOW.plus(Duration.ofDays(365)),
                false,
                PUSHED.truncatedTo(ChronoUnit.SECONDS),
                NOW));
    assertThat(feed.signed().replaced()).isEmpty();
    assertThat(TestFeed.signature(file).primary().signingTime())
        .isEqualTo(PUSHED.truncatedTo(ChronoUnit.SECONDS));
    assertThat(TestFeed.signature(file).certificates()).hasSize(2);
    assertThat(outcome)
        .isEqualTo(
            new Signed<>(
                new SignedArtifact(
                    NAME,
                    TOOLS.toString(),
                    "sha256:" + TestFeed.hex(PACKAGE),
                    1,
                    key.leafFingerprint().orElseThrow(),
                    PUSHED,
                    NOW,
                    List.of(feed.signed().file().etag())),
                List.of()));
  }

  @Test
  void costsOneReadOfEachObjectAndOneWrite() {
    feed.push(PACKAGE);
    feed.store.reset();

    upload();

    // The settings, which the service remembers, the record, and the two parts of the upload.
    assertThat(feed.store.counts()).isEqualTo(Map.of("get", 2, "open", 2, "replace", 1));
    assertThat(feed.store.streamed).hasValue(PACKAGE.length);
    assertThat(feed.signatures).hasValue(1);
  }

  @Test
  void makesTheSameBytesWheneverAndHoweverOftenItRuns() {
    feed.push(PACKAGE);
    VersionRecord received = feed.record();
    upload();
    byte[] first = feed.file();
    String etag = feed.signed().file().etag();

    change(r -> received);
    feed.now = NOW.plusSeconds(3_600);
    upload();

    assertThat(feed.file()).isEqualTo(first);
    assertThat(feed.signed().file().etag()).isEqualTo(etag);
  }

  // ---- crashes and races ----------------------------------------------------------------------

  @Test
  void leavesNothingBehindWhenThePackageWasDeletedMeanwhile() {
    feed.push(PACKAGE);
    feed.store.beforeReplace =
        key -> {
          feed.store.beforeReplace = k -> {};
          change(v -> v.deleted("admin"));
        };

    assertThat(upload()).isEqualTo(new Exempt<>(Exempt.Why.GONE));
    assertThat(feed.record().state()).isEqualTo(State.DELETED);
    assertThat(feed.record().signed()).isEmpty();
  }

  @Test
  void keepsWhatElseWasChangedMeanwhile() throws Exception {
    feed.push(PACKAGE);
    feed.store.beforeReplace =
        key -> {
          feed.store.beforeReplace = k -> {};
          change(r -> r.listed(false, "token acme/app/1"));
        };

    assertThat(upload()).isInstanceOf(Signed.class);
    assertThat(feed.record().listed()).isFalse();
    assertSound(feed.file());
  }

  @Test
  void isSignedOnceByManySignersAtATime() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 10; round++) {
        Identity identity = new Identity("acme.tools", "1.0." + round);
        feed.push(identity, PACKAGE);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<SigningOutcome<SignedArtifact>>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          all.add(
              threads.submit(
                  () -> {
                    start.await();
                    return feed.sign(Lane.UPLOAD, identity, feed.keys);
                  }));
        }
        start.countDown();
        int made = 0;
        for (Future<SigningOutcome<SignedArtifact>> each : all) {
          made += each.get(30, TimeUnit.SECONDS) instanceof Signed ? 1 : 0;
        }
        assertThat(made).isEqualTo(1);
        assertThat(feed.record(identity).generation()).isEqualTo(2);
        assertSound(feed.file(identity));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  // ---- keys -----------------------------------------------------------------------------------

  /** Keys that change whenever a signature is asked for, so many times. */
  private KeyClient rotating(int times) {
    int[] left = {times};
    return new KeyClient() {
      @Override
      public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
        return feed.keys.current(repository, purpose);
      }

      @Override
      public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
        return feed.keys.versions(repository, purpose);
      }

      @Override
      public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
        if (left[0]-- > 0) {
          feed.keys.rotate(repository, purpose);
        }
        return feed.keys.sign(repository, purpose, items);
      }
    };
  }

  @Test
  void beginsAgainWhenTheKeyChangesBetweenPreparingAndSigning() throws Exception {
    feed.push(PACKAGE);

    assertThat(feed.sign(Lane.UPLOAD, TOOLS, rotating(1))).isInstanceOf(Signed.class);

    assertThat(feed.signed().signature().keyVersion()).isEqualTo(2);
    assertSound(feed.file());
  }

  @Test
  void triesLaterWhenTheKeyKeepsChanging() {
    feed.push(PACKAGE);

    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD, TOOLS, rotating(2)))
        .isInstanceOf(Failure.Transient.class);
    assertThat(feed.record().state()).isEqualTo(State.RECEIVED);
  }

  @Test
  void signsAnewWithANewKeyInAResyncOnly() throws Exception {
    feed.push(PACKAGE);
    upload();
    byte[] before = feed.file();
    feed.keys.rotate(NAME, new Purpose("nuget"));

    assertThat(upload()).isInstanceOf(AlreadySigned.class);
    assertThat(feed.file()).isEqualTo(before);

    feed.now = NOW.plusSeconds(60);
    assertThat(resync())
        .isInstanceOfSatisfying(
            Signed.class, s -> assertThat(((SignedArtifact) s.result()).keyVersion()).isEqualTo(2));
    byte[] after = feed.file();
    assertSound(after);
    assertThat(TestFeed.signature(after).primary().signingTime()).isEqualTo(feed.now);
    assertThat(feed.signed().signature().keyVersion()).isEqualTo(2);
    assertThat(feed.findings(before)).as("the old one").containsExactly("WARNING NU3027");

    feed.now = NOW.plusSeconds(120);
    assertThat(resync()).isInstanceOf(AlreadySigned.class);
    assertThat(feed.file()).isEqualTo(after);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0001-01-01T00:00:00Z", "2001-09-09T01:46:40Z", "+1000000-01-01T00:00:00Z"})
  void takesNoSigningTimeFromAnEvent(Instant forged) throws Exception {
    feed.push(PACKAGE);
    feed.signer(feed.keys).sign(feed.request(Lane.UPLOAD, TOOLS, forged));
    assertThat(TestFeed.signature(feed.file()).primary().signingTime())
        .isEqualTo(PUSHED.truncatedTo(ChronoUnit.SECONDS));

    feed.keys.rotate(NAME, new Purpose("nuget"));
    feed.now = NOW.plusSeconds(60);
    feed.signer(feed.keys).sign(feed.request(Lane.RESYNC, TOOLS, forged));
    assertThat(feed.signed().signature().keyVersion()).isEqualTo(2);
    assertThat(TestFeed.signature(feed.file()).primary().signingTime()).isEqualTo(feed.now);
    assertSound(feed.file());
  }

  @Test
  void storesNothingThatDoesNotVerify() {
    feed.push(PACKAGE);
    InMemoryKeyClient other = new InMemoryKeyClient();
    KeyClient lying =
        new KeyClient() {
          @Override
          public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
            return feed.keys.current(repository, purpose);
          }

          @Override
          public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
            return feed.keys.versions(repository, purpose);
          }

          @Override
          public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
            return new SignedBatch(
                feed.keys.current(repository, purpose),
                other.sign(repository, purpose, items).signatures());
          }
        };
    feed.store.reset();

    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD, TOOLS, lying))
        .isInstanceOf(IllegalStateException.class)
        .isNotInstanceOf(Failure.class);
    assertThat(feed.store.writes()).isEmpty();
  }

  @Test
  void waitsForAKeyWithACertificate() {
    feed.push(PACKAGE);
    KeyClient bare =
        new KeyClient() {
          @Override
          public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
            PublicKeyVersion key = feed.keys.current(repository, purpose);
            return new PublicKeyVersion(
                key.version(),
                key.spki(),
                key.fingerprint(),
                key.createdAt(),
                true,
                Optional.empty());
          }

          @Override
          public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
            return List.of(current(repository, purpose));
          }

          @Override
          public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
            throw new AssertionError("signed without a certificate");
          }
        };

    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD, TOOLS, bare))
        .isInstanceOf(Failure.Transient.class);
    assertThat(feed.record().state()).isEqualTo(State.RECEIVED);
  }

  // ---- what is not signed ---------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Lane.class)
  void signsNothingThatWasDeleted(Lane lane) {
    feed.push(PACKAGE);
    change(v -> v.deleted("admin"));
    feed.store.reset();

    assertThat(feed.sign(lane)).isEqualTo(new Exempt<>(Exempt.Why.GONE));
    assertThat(feed.store.writes()).isEmpty();
  }

  @Test
  void signsNothingOfAnotherRepository() {
    feed.push(PACKAGE);

    var outcome =
        feed.signer(feed.keys)
            .sign(
                new PackageRequest(
                    new NugetFormat(),
                    Lane.UPLOAD,
                    RepositoryName.of("evil/app"),
                    TOOLS.toString(),
                    "sha256:" + TestFeed.hex(PACKAGE),
                    PUSHED));

    assertThat(outcome).isEqualTo(new Exempt<>(Exempt.Why.GONE));
    assertThat(feed.record().state()).isEqualTo(State.RECEIVED);
  }

  private void overwrite(int part, UnaryOperator<byte[]> change) {
    Part which = feed.record().upload().parts().get(part);
    String key = ObjectKeys.content(which.sha256(), which.upload());
    byte[] bytes = change.apply(feed.store.get(key).orElseThrow().content());
    feed.store.put(key, bytes, bytes.length);
  }

  @Test
  void refusesBytesThatAreNotWhatWasPushed() {
    feed.push(PACKAGE);
    overwrite(
        0,
        bytes -> {
          bytes[bytes.length / 2] ^= 1;
          return bytes;
        });

    assertRefused(upload(), Refusal.DIGEST_MISMATCH);
    assertThat(feed.record().state()).isEqualTo(State.REFUSED);
    assertThat(feed.record().refusal().orElseThrow().code()).isEqualTo(Refusal.DIGEST_MISMATCH);
    assertThat(feed.signatures).hasValue(0);
  }

  @Test
  void refusesWhatIsNoLongerThere() {
    feed.push(PACKAGE);
    Part part = feed.record().upload().parts().get(1);
    feed.store.delete(ObjectKeys.content(part.sha256(), part.upload()));

    assertRefused(upload(), Refusal.BLOB_GONE);
    assertThat(feed.record().state()).isEqualTo(State.REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"no ZIP archive", "Zip64", "before the first entry"})
  void refusesArchivesThatNobodyMaySign(String which) {
    TestArchives archive = new TestArchives();
    TestArchives.Entry entry = archive.stored("a.nuspec", TestArchives.ascii("<package/>"));
    switch (which) {
      case "Zip64" -> entry.centralExtra = new byte[] {1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0};
      case "before the first entry" -> archive.prefix(new byte[4]);
      default -> {}
    }
    feed.push(which.startsWith("no") ? TestArchives.ascii(which.repeat(9)) : archive.bytes());

    assertRefused(upload(), Refusal.MALFORMED_PACKAGE);
    assertThat(feed.record().state()).isEqualTo(State.REFUSED);
  }

  @Test
  void signsInAResyncWhatWasRefusedForAReasonThatIsGone() throws Exception {
    feed.push(PACKAGE);
    Part part = feed.record().upload().parts().get(1);
    String key = ObjectKeys.content(part.sha256(), part.upload());
    byte[] content = feed.store.get(key).orElseThrow().content();
    feed.store.delete(key);
    upload();
    feed.store.put(key, content, content.length);

    assertRefused(upload(), Refusal.BLOB_GONE);
    assertThat(resync()).isInstanceOf(Signed.class);

    assertThat(feed.record().state()).isEqualTo(State.AVAILABLE);
    assertThat(feed.record().refusal()).isEmpty();
    assertSound(feed.file());
  }

  // ---- any archive ----------------------------------------------------------------------------

  /**
   * Whatever an archive looks like, what is signed is it, and it comes out of the package again.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void stripsToTheVeryBytesThatWerePushed(long seed) throws Exception {
    Random random = new Random(seed);
    TestArchives archive = new TestArchives();
    int entries = 1 + random.nextInt(40);
    for (int i = 0; i < entries; i++) {
      byte[] content = new byte[random.nextInt(3_000)];
      random.nextBytes(content);
      String name = "folder" + random.nextInt(5) + "/file" + i;
      switch (random.nextInt(3)) {
        case 0 -> archive.stored(name, content);
        case 1 -> archive.deflated(name, content);
        default -> archive.withDescriptor(name, content);
      }
    }
    if (random.nextBoolean()) {
      archive.comment("PK\5\6 is no end here".repeat(1 + random.nextInt(20)).replace("PK", "pk"));
    }
    if (random.nextBoolean()) {
      archive.reversedDirectory();
    }
    byte[] file = archive.bytes();
    feed.push(file);

    assertThat(upload()).isInstanceOf(Signed.class);

    byte[] signed = feed.file();
    assertThat(TestFeed.stripped(signed)).isEqualTo(file);
    assertThat(TestFeed.contentHash(signed)).isEqualTo(TestFeed.contentHash(file));
    assertThat(feed.findings(signed)).containsExactly("WARNING NU3027");
  }
}
