package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

public class OciGatewayTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);
  private static final Instant PUSHED = Instant.parse("2026-11-24T08:00:00Z");

  public static ManifestRecord received(RepositoryName repository, String name, String digest) {
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

  public static Signatures signatures() {
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

  private final OciGateway gateway = new OciGateway(null, null, null, null, null, "registry.test");

  @Test
  void theStatusNamesWhereEachFormOfTheSignatureIs() {
    assertThat(gateway.statusDetails(received)).isEqualTo(Map.of("signatures", List.of()));
    assertThat(gateway.statusDetails(received.signed(signatures())).get("signatures"))
        .isEqualTo(
            List.of(
                Map.of(
                    "format",
                    SignatureFormat.LEGACY,
                    "digest",
                    "sha256:" + "b".repeat(64),
                    "tag",
                    "sha256-" + "a".repeat(64) + ".sig"),
                Map.of("format", SignatureFormat.BUNDLE, "digest", "sha256:" + "c".repeat(64)),
                Map.of("format", SignatureFormat.BUNDLE, "digest", "sha256:" + "d".repeat(64))));
  }

  @Test
  void theNewestKeyIsInForce() {
    assertThat(received.signed(signatures()).inForce())
        .hasValueSatisfying(
            by -> {
              assertThat(by.keyVersion()).isEqualTo(2);
              assertThat(by.fingerprint()).isEqualTo("new");
              assertThat(by.signedAt()).isEqualTo(PUSHED.plusMillis(850));
            });
  }

  @Test
  void aStatusIsOfAnImageByDigest() {
    RepositoryName app = RepositoryName.of("acme/app");
    assertThat(gateway.statusKey(app, "@" + DIGEST)).contains(OciKeys.manifest("acme/app", DIGEST));
    assertThat(gateway.statusKey(app, "a/b@" + DIGEST))
        .contains(OciKeys.manifest("acme/app/a/b", DIGEST));
    for (String bad :
        List.of("", "web", "web:latest", "web@sha256:ab", "../x@" + DIGEST, "A@" + DIGEST)) {
      assertThat(gateway.statusKey(app, bad)).as(bad).isEmpty();
    }
  }
}
