package dev.countermark.format.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OciRecordsTest {
  private static final Instant T = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final RepositoryName REPOSITORY = new RepositoryName("acme", "app");
  private static final String DIGEST = "sha256:" + "0a".repeat(32);

  static ManifestRecord received() {
    return new ManifestRecord(
        1,
        REPOSITORY,
        "acme/app",
        DIGEST,
        "application/vnd.oci.image.manifest.v1+json",
        Bytes.utf8("{}"),
        T,
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static Signatures signatures(SignatureFormat first, SignatureFormat second) {
    var formats = new LinkedHashSet<>(List.of(first, second));
    return new Signatures(
        List.of(new SignedBy(1, "0b".repeat(32), formats, List.of("host/acme/app"), T)),
        Optional.of(DIGEST),
        List.of(DIGEST),
        List.of(new SignaturePiece(DIGEST, "text/x", false, Bytes.utf8("piece"))));
  }

  @Test
  void aSignedManifestSurvivesItsJson() {
    ManifestRecord signed =
        received().signed(signatures(SignatureFormat.LEGACY, SignatureFormat.BUNDLE));
    assertThat(Json.read(Json.write(signed), ManifestRecord.class)).isEqualTo(signed);
  }

  /** Whatever becomes of it; and one of an earlier release may be of any repository of the name. */
  @Test
  void itStaysThatOfTheRepositoryThatItWasLetInto() {
    RepositoryRecord made = new RepositoryRecord(1, REPOSITORY, T);
    RepositoryRecord again = new RepositoryRecord(1, REPOSITORY, T.plusNanos(1));
    ManifestRecord record = received().into(made);
    RefusalNote note = new RefusalNote(Refusal.TOO_LARGE, "why", T);

    assertThat(
            Stream.of(
                record,
                record.signed(signatures(SignatureFormat.LEGACY, SignatureFormat.BUNDLE)),
                record.exempt(SignatureLayout.BUNDLE),
                record.refused(note),
                record.deleted("token acme/app/1")))
        .allMatch(r -> r.isOf(made) && !r.isOf(again))
        .allMatch(r -> Json.read(Json.write(r), ManifestRecord.class).equals(r));
    assertThat(new String(Json.write(received()), UTF_8)).doesNotContain("repositoryCreatedAt");
    assertThat(Json.read(Json.write(received()), ManifestRecord.class).isOf(again)).isTrue();
  }

  @Test
  void equalSetsAreEqualBytes() {
    byte[] one =
        Json.write(received().signed(signatures(SignatureFormat.LEGACY, SignatureFormat.BUNDLE)));
    byte[] other =
        Json.write(received().signed(signatures(SignatureFormat.BUNDLE, SignatureFormat.LEGACY)));
    assertThat(one).isEqualTo(other);
  }

  @Test
  void everyChangeMakesANewGeneration() {
    ManifestRecord refused = received().refused(new RefusalNote(Refusal.TOO_LARGE, "why", T));
    assertThat(refused.generation()).isEqualTo(2);
    assertThat(refused.state()).isEqualTo(State.REFUSED);
  }

  @Test
  void aRepositoryWithoutSettingsHasTheDefaults() {
    byte[] json = Bytes.utf8("{\"generation\":1,\"repository\":\"acme/app\"}").toArray();
    assertThat(Json.read(json, RepositoryRecord.class).settings(new OciFormat()))
        .isEqualTo(OciSettings.defaults());
  }

  @Test
  void namesAnImageByItsPackageUrl() {
    assertThat(OciFormat.purl("acme/app/web", "sha256:ab"))
        .isEqualTo("pkg:oci/web@sha256%3Aab?repository_url=acme%2Fapp%2Fweb");
  }

  @Test
  void saysWhoPushedItAndWhoDeletedIt() {
    ManifestRecord pushed = received().pushedBy("token 0123456789");
    assertThat(received().pushedBy()).isEmpty();
    assertThat(pushed.pushedBy()).contains("token 0123456789");
    assertThat(pushed.changedBy()).isEmpty();

    ManifestRecord deleted = pushed.deleted("admin");

    assertThat(deleted.pushedBy()).contains("token 0123456789");
    assertThat(deleted.changedBy()).contains("admin");
    assertThat(Json.read(Json.write(deleted), ManifestRecord.class)).isEqualTo(deleted);
  }

  @Test
  void keysOfImagesAreBelowTheirRepository() {
    OciFormat oci = new OciFormat();
    RepositoryName app = new RepositoryName("acme", "app");
    assertThat(oci.recordKey(app, "acme/app/web", DIGEST)).hasValueSatisfying(oci::isRecord);
    assertThat(oci.recordKey(app, "acme/app", DIGEST))
        .hasValueSatisfying(key -> assertThat(key).startsWith(oci.prefix(app)));
    for (String stranger : List.of("acme/apple", "acme", "other/app", "acme/app/../x", "")) {
      assertThat(oci.recordKey(app, stranger, DIGEST)).as(stranger).isEmpty();
    }
    assertThat(oci.recordKey(app, "acme/app", "sha256:../x")).isEmpty();
  }
}
