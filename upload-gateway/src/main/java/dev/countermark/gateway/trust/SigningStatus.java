package dev.countermark.gateway.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Refusal;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import dev.countermark.format.oci.SignatureTags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the signing of one image stands; members that do not apply are absent.
 *
 * @param keyVersion the newest version of the repository's key that signed it
 * @param fingerprint SHA-256 of that key's SPKI, lower-case hexadecimal
 * @param lagMillis from acceptance to that signature, milliseconds
 * @param signatures where each form is found
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SigningStatus(
    Stage status,
    String name,
    String digest,
    Integer keyVersion,
    String fingerprint,
    Instant acceptedAt,
    Instant signedAt,
    Long lagMillis,
    List<Signature> signatures,
    Refused refusal) {
  /** Where it stands. */
  public enum Stage {
    /** Accepted, not yet signed. */
    @JsonProperty("pending")
    PENDING,
    /** Its signatures are in place. */
    @JsonProperty("signed")
    SIGNED,
    /** It will never be signed as it is. */
    @JsonProperty("refused")
    REFUSED,
    /** A signature or another artifact that is never signed itself. */
    @JsonProperty("exempt")
    EXEMPT
  }

  /**
   * @param digest of the signature manifest
   * @param tag under which it is found too, with the legacy form
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Signature(SignatureFormat format, String digest, String tag) {}

  /**
   * @param code stays the same from release to release
   */
  public record Refused(Refusal code, String detail, Instant at) {}

  static SigningStatus of(ManifestRecord record) {
    SignedBy by =
        record
            .signatures()
            .map(Signatures::by)
            .filter(all -> !all.isEmpty())
            .map(all -> all.get(all.size() - 1))
            .orElse(null);
    return new SigningStatus(
        stage(record),
        record.name(),
        record.digest(),
        by == null ? null : by.keyVersion(),
        by == null ? null : by.fingerprint(),
        record.pushedAt(),
        by == null ? null : by.signedAt(),
        by == null ? null : Duration.between(record.pushedAt(), by.signedAt()).toMillis(),
        record.signatures().map(s -> signatures(record.digest(), s)).orElse(List.of()),
        record.refusal().map(r -> new Refused(r.code(), r.detail(), r.at())).orElse(null));
  }

  private static Stage stage(ManifestRecord record) {
    return switch (record.state()) {
      case RECEIVED -> Stage.PENDING;
      case AVAILABLE -> Stage.SIGNED;
      case REFUSED -> Stage.REFUSED;
      case EXEMPT, DELETED -> Stage.EXEMPT;
    };
  }

  private static List<Signature> signatures(String subject, Signatures signatures) {
    List<Signature> found = new ArrayList<>();
    signatures
        .signatureManifest()
        .ifPresent(
            digest ->
                found.add(
                    new Signature(
                        SignatureFormat.LEGACY,
                        digest,
                        SignatureTags.signature(Digest.of(subject)).orElse(null))));
    for (String digest : signatures.bundleManifests()) {
      found.add(new Signature(SignatureFormat.BUNDLE, digest, null));
    }
    return found;
  }
}
