package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Exempt;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SignReleaseTest {
  private final TestRegistry registry = new TestRegistry();

  @Test
  void signsManifestsAndPutsThemIntoTheArchiveThatItSigns() {
    registry.push(Archives.sample());

    assertThat(registry.upload()).isInstanceOf(Signed.class);

    registry.assertSignedBy(registry.current());
    assertThat(registry.signed().mode()).isEqualTo(ArchiveMode.EMBED);
    assertThat(registry.signed().manifests())
        .extracting(SignedManifest::file, SignedManifest::toolsVersion)
        .containsExactly(tuple("Package.swift", "5.9"), tuple("Package@swift-5.7.swift", "5.7"));
    Map<String, byte[]> inside = Archives.unzip(registry.archive());
    assertThat(inside.keySet()).containsExactlyElementsOf(Archives.files().keySet());
    for (SignedManifest manifest : registry.signed().manifests()) {
      assertThat(inside.get(manifest.file())).isEqualTo(manifest.content().toArray());
      assertThat(Oracle.unsigned(inside.get(manifest.file())))
          .isEqualTo(Archives.files().get(manifest.file()));
    }
    assertThat(inside.get("Sources/LinkedList/List.swift"))
        .isEqualTo(Archives.files().get("Sources/LinkedList/List.swift"));
  }

  @Test
  void leavesTheArchiveAloneWhereTheRepositoryWantsThat() {
    registry.settings(TestRegistry.OVERLAY);
    byte[] uploaded = Archives.sample();
    registry.push(uploaded);

    assertThat(registry.upload()).isInstanceOf(Signed.class);

    registry.assertSignedBy(registry.current());
    assertThat(registry.signed().mode()).isEqualTo(ArchiveMode.OVERLAY);
    assertThat(registry.archive()).isEqualTo(uploaded);
    assertThat(Oracle.unsigned(registry.signed().manifests().get(0).content().toArray()))
        .isEqualTo(Archives.MANIFEST);
  }

  @Test
  void tellsWhatItSigned() {
    registry.push(Archives.sample());

    SignedArtifact told = ((Signed<SignedArtifact>) registry.upload()).result();

    assertThat(told.name()).isEqualTo("mona.linkedlist/1.1.1");
    assertThat(told.digest()).isEqualTo("sha256:" + registry.record().upload().sha256());
    assertThat(told.keyVersion()).isEqualTo(1);
    assertThat(told.acceptedAt()).isEqualTo(TestRegistry.PUSHED);
    assertThat(told.signedAt()).isEqualTo(TestRegistry.NOW);
    assertThat(told.artifacts())
        .containsExactly(
            "sha256:" + registry.signed().sha256(),
            "sha256:" + Sha256.hex(registry.signed().signature()));
  }

  @Test
  void changesNothingWhenAnEventComesAgain() {
    registry.push(Archives.sample());
    registry.upload();
    ReleaseRecord before = registry.record();
    registry.store.reset();

    assertThat(registry.upload()).isInstanceOf(AlreadySigned.class);

    assertThat(registry.record()).isEqualTo(before);
    assertThat(registry.store.writes()).isEmpty();
    assertThat(registry.store.reads()).filteredOn(r -> r.startsWith("open")).isEmpty();
  }

  @Test
  void writesOncePerRelease() {
    registry.push(Archives.sample());

    registry.upload();

    assertThat(registry.store.writes()).containsExactly("replace " + TestRegistry.KEY);
    // The repository's settings and the release; the upload once.
    assertThat(registry.store.counts()).containsEntry("get", 2).containsEntry("open", 1);
    assertThat(registry.keys.calls).isEqualTo(2);
  }

  @Test
  void keepsALargeDirectoryBesideTheRecord() {
    Map<String, byte[]> files = Archives.files();
    for (int i = 0; i < 4_000; i++) {
      files.put("Sources/LinkedList/" + "Sources".repeat(5) + i + ".swift", new byte[0]);
    }
    registry.push(Archives.zip(files));

    assertThat(registry.upload()).isInstanceOf(Signed.class);

    assertThat(registry.store.writes()).hasSize(2).last().isEqualTo("replace " + TestRegistry.KEY);
    assertThat(registry.signed().archive()).filteredOn(p -> p.stored().isPresent()).hasSize(1);
    registry.assertSignedBy(registry.current());
    assertThat(Archives.unzip(registry.archive())).hasSize(files.size());
  }

  @Test
  void refusesAnUploadThatIsNotWhatWasPushed() {
    byte[] archive = Archives.sample();
    registry.push(
        new Upload(List.of(registry.part(archive)), archive.length, "ab".repeat(32)),
        Optional.empty());

    registry.assertRefused(registry.upload(), Refusal.DIGEST_MISMATCH);
    assertThat(registry.keys.calls).isZero();
  }

  @Test
  void refusesAnUploadThatIsGone() {
    byte[] archive = Archives.sample();
    Part gone = new Part(Sha256.hex(archive), archive.length, UUID.randomUUID().toString());
    registry.push(new Upload(List.of(gone), archive.length, gone.sha256()), Optional.empty());

    registry.assertRefused(registry.upload(), Refusal.BLOB_GONE);
  }

  @Test
  void refusesWhatNoClientCouldUse() {
    for (byte[] hostile :
        List.of(
            new byte[0],
            Archives.utf8("no archive"),
            Archives.raw(Map.of("Package.swift", Archives.MANIFEST)),
            Archives.raw(Map.of("a/Package.swift", Archives.MANIFEST, "b/x", new byte[1])),
            Archives.raw(Map.of("a/../../Package.swift", Archives.MANIFEST)),
            Archives.zip(Map.of("README.md", new byte[1])))) {
      registry.push(hostile);
      registry.assertRefused(registry.upload(), Refusal.MALFORMED_PACKAGE);
    }
    assertThat(registry.keys.calls).isZero();
  }

  @Test
  void staysRefusedUntilAResyncFindsBetter() {
    ReleaseRecord pushed = registry.push(registry.pushSigned().upload(), Optional.empty());
    registry.settings(registry.authors(AuthorPolicy.REQUIRE));
    registry.assertRefused(registry.upload(), Refusal.SIGNATURE_POLICY);
    ReleaseRecord refused = registry.record();
    registry.settings(SwiftSettings.defaults());

    assertThat(registry.upload()).isInstanceOf(Refused.class);
    assertThat(registry.record()).isEqualTo(refused);
    assertThat(registry.resync(ResyncMode.ENSURE)).isInstanceOf(Signed.class);
    registry.assertSignedBy(registry.current());
    assertThat(registry.record().generation()).isEqualTo(pushed.generation() + 2);
  }

  @Test
  void signsNothingThatWasDeleted() {
    ReleaseRecord pushed = registry.push(Archives.sample());
    registry.records.update(
        TestRegistry.KEY, ReleaseRecord.class, old -> old.map(r -> r.deleted("admin")));
    assertThat(registry.resync(ResyncMode.RESIGN_ALL))
        .isEqualTo(new Exempt<SignedArtifact>(Exempt.Why.GONE));
    assertThat(registry.record().generation()).isEqualTo(pushed.generation() + 1);
    assertThat(registry.keys.calls).isZero();
  }

  @Test
  void signsNothingThatIsDeletedMeanwhile() {
    registry.push(Archives.sample());
    AtomicBoolean first = new AtomicBoolean(true);
    registry.store.beforeReplace =
        key -> {
          if (first.getAndSet(false)) {
            registry.records.update(
                TestRegistry.KEY, ReleaseRecord.class, old -> old.map(r -> r.deleted("admin")));
          }
        };

    assertThat(registry.upload()).isEqualTo(new Exempt<SignedArtifact>(Exempt.Why.GONE));
    assertThat(registry.record().state()).isEqualTo(State.DELETED);
  }

  @Test
  void neverMixesTheSignaturesOfTwoKeys() {
    registry.push(Archives.sample());
    registry.keys.rotationsAfterASignature = 1;

    assertThat(registry.upload()).isInstanceOf(Signed.class);

    assertThat(registry.current().version()).isEqualTo(2);
    registry.assertSignedBy(registry.current());
  }

  @Test
  void triesLaterWhenTheKeyKeepsChanging() {
    registry.push(Archives.sample());
    registry.keys.rotationsAfterASignature = 100;

    assertThatThrownBy(registry::upload).isInstanceOf(Failure.Transient.class);
    assertThat(registry.record().state()).isEqualTo(State.RECEIVED);
  }

  @Test
  void putsALineOfItsOwnBelowOneThatNobodyAnswersFor() {
    Map<String, byte[]> files = Archives.files();
    files.computeIfPresent("Package.swift", (name, content) -> registry.author.signed(content));
    registry.push(Archives.zip(files));

    assertThat(registry.upload()).isInstanceOf(Signed.class);

    registry.assertSignedBy(registry.current());
    assertThat(Oracle.lines(registry.signed().manifests().get(0).content().toArray())).isEqualTo(2);
  }

  @Test
  void readsAnUploadInParts() {
    byte[] archive = Archives.sample();
    int half = archive.length / 2;
    registry.push(
        new Upload(
            List.of(
                registry.part(Arrays.copyOf(archive, half)),
                registry.part(Arrays.copyOfRange(archive, half, archive.length))),
            archive.length,
            Sha256.hex(archive)),
        Optional.empty());

    assertThat(registry.upload()).isInstanceOf(Signed.class);
    registry.assertSignedBy(registry.current());
  }
}
