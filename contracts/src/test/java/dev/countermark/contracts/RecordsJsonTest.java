package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.OciRecords.ManifestRecord;
import dev.countermark.contracts.OciRecords.OciSettings;
import dev.countermark.contracts.OciRecords.Piece;
import dev.countermark.contracts.OciRecords.SignatureFormat;
import dev.countermark.contracts.OciRecords.Signatures;
import dev.countermark.contracts.OciRecords.SignedBy;
import dev.countermark.contracts.OciRecords.State;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordsJsonTest {
  private static final Instant T = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final String DIGEST = "sha256:" + "0a".repeat(32);

  private static ManifestRecord received() {
    return new ManifestRecord(
        1,
        new RepositoryName("acme", "app"),
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

  private static Signatures signatures(SignatureFormat first, SignatureFormat second) {
    var formats = new LinkedHashSet<>(List.of(first, second));
    return new Signatures(
        List.of(new SignedBy(1, "0b".repeat(32), formats, List.of("host/acme/app"), T)),
        Optional.of(DIGEST),
        List.of(DIGEST),
        List.of(new Piece(DIGEST, "text/x", false, Bytes.utf8("piece"))));
  }

  @Test
  void aSignedManifestSurvivesItsJson() {
    ManifestRecord signed =
        received().signed(signatures(SignatureFormat.LEGACY, SignatureFormat.BUNDLE));
    assertThat(Json.read(Json.write(signed), ManifestRecord.class)).isEqualTo(signed);
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
    assertThat(Json.read(json, RepositoryRecord.class).oci()).isEqualTo(OciSettings.defaults());
  }

  @Test
  void ignoresMembersOfALaterRelease() {
    byte[] json = Bytes.utf8("{\"repository\":\"acme/app\",\"later\":{}}").toArray();
    assertThat(Json.read(json, RepositoryRecord.class).repository()).hasToString("acme/app");
  }

  @Test
  void refusesAKeyThatIsNoHash() {
    assertThatThrownBy(() -> ObjectKeys.content("../x", "../y"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void knowsRepositoryNames() {
    assertThat(RepositoryName.parse("acme/app")).isPresent();
    for (String bad :
        List.of(
            "", "acme", "acme/", "/app", "Acme/app", "a_b/c", "-a/b", "a-/b", "v2/x", "a/b/c")) {
      assertThat(RepositoryName.parse(bad)).as(bad).isEmpty();
    }
  }
}
