package dev.countermark.gateway.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SigningStatusTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);
  private static final Instant PUSHED = Instant.parse("2026-11-24T08:00:00Z");

  static ManifestRecord received(RepositoryName repository, String name, String digest) {
    return new ManifestRecord(
        1,
        repository,
        name,
        digest,
        "application/vnd.oci.image.manifest.v1+json",
        Bytes.utf8("{}"),
        PUSHED,
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static Signatures signatures() {
    return new Signatures(
        List.of(by(1, "old", PUSHED.plusMillis(100)), by(2, "new", PUSHED.plusMillis(850))),
        Optional.of("sha256:" + "b".repeat(64)),
        List.of("sha256:" + "c".repeat(64), "sha256:" + "d".repeat(64)),
        List.of());
  }

  private static SignedBy by(int version, String fingerprint, Instant at) {
    return new SignedBy(
        version, fingerprint, EnumSet.allOf(SignatureFormat.class), List.of("x"), at);
  }

  private final ManifestRecord received =
      received(RepositoryName.of("acme/app"), "acme/app", DIGEST);

  @Test
  void anAcceptedImageIsPending() {
    SigningStatus status = SigningStatus.of(received);

    assertThat(status.status()).isEqualTo(SigningStatus.Stage.PENDING);
    assertThat(status.acceptedAt()).isEqualTo(PUSHED);
    assertThat(status.keyVersion()).isNull();
    assertThat(status.signatures()).isEmpty();
  }

  @Test
  void aSignedImageNamesItsNewestKeyItsLagAndItsSignatures() {
    SigningStatus status = SigningStatus.of(received.signed(signatures()));

    assertThat(status.status()).isEqualTo(SigningStatus.Stage.SIGNED);
    assertThat(status.keyVersion()).isEqualTo(2);
    assertThat(status.fingerprint()).isEqualTo("new");
    assertThat(status.lagMillis()).isEqualTo(850);
    assertThat(status.signatures())
        .containsExactly(
            new SigningStatus.Signature(
                SignatureFormat.LEGACY,
                "sha256:" + "b".repeat(64),
                "sha256-" + "a".repeat(64) + ".sig"),
            new SigningStatus.Signature(SignatureFormat.BUNDLE, "sha256:" + "c".repeat(64), null),
            new SigningStatus.Signature(SignatureFormat.BUNDLE, "sha256:" + "d".repeat(64), null));
  }

  @Test
  void aRefusedImageSaysWhy() {
    SigningStatus status =
        SigningStatus.of(
            received.refused(new RefusalNote(Refusal.TOO_LARGE, "too many parts", PUSHED)));

    assertThat(status.status()).isEqualTo(SigningStatus.Stage.REFUSED);
    assertThat(status.refusal().code()).isEqualTo(Refusal.TOO_LARGE);
    assertThat(status.refusal().detail()).isEqualTo("too many parts");
  }
}
