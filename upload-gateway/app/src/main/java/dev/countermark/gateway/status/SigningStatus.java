package dev.countermark.gateway.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.State;
import dev.countermark.gateway.kit.Waits;
import dev.countermark.gateway.letters.Letters;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Where the signing of one package stands; members that do not apply are absent.
 *
 * @param name as in events, within the repository
 * @param keyVersion the newest version of the repository's key that signed it; 0 when the signature
 *     in force is somebody else's
 * @param fingerprint of that key or its certificate
 * @param pushedBy who pushed it; absent when that was before it was written down
 * @param changedBy who hid, showed or deleted it last; absent when nobody did
 * @param lagMillis from acceptance to that signature, milliseconds
 * @param damaged present when what is stored of it is damaged, and not handed out
 * @param waiting what was in the way at the last try, and when the next one is; absent when nothing
 *     was so far
 * @param failed the dead letter of what was given up; absent when nothing was
 * @param details what the format tells besides
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SigningStatus(
    Stage status,
    String format,
    String name,
    String digest,
    Integer keyVersion,
    String fingerprint,
    Instant acceptedAt,
    String pushedBy,
    String changedBy,
    Instant signedAt,
    Long lagMillis,
    Refused refusal,
    Boolean damaged,
    Waits.Waiting waiting,
    Letters.Failed failed,
    Map<String, Object> details) {
  /** Where it stands. */
  public enum Stage {
    /** Accepted, not yet signed. */
    @JsonProperty("pending")
    PENDING,
    /** Accepted, and given up: a dead letter tells why. */
    @JsonProperty("failed")
    FAILED,
    /** Its signatures are in place. */
    @JsonProperty("signed")
    SIGNED,
    /** It will never be signed as it is. */
    @JsonProperty("refused")
    REFUSED,
    /** A signature or another artifact that is never signed itself. */
    @JsonProperty("exempt")
    EXEMPT,
    /** Gone for good. */
    @JsonProperty("deleted")
    DELETED;

    static Stage of(State state) {
      return switch (state) {
        case RECEIVED -> PENDING;
        case AVAILABLE -> SIGNED;
        case REFUSED -> REFUSED;
        case EXEMPT -> EXEMPT;
        case DELETED -> DELETED;
      };
    }
  }

  /**
   * @param code stays the same from release to release
   */
  public record Refused(Refusal code, String detail, Instant at) {}

  static SigningStatus of(String format, PackageRecord<?> record, Map<String, Object> details) {
    return of(format, record, false, Optional.empty(), Optional.empty(), details);
  }

  static SigningStatus of(
      String format,
      PackageRecord<?> record,
      boolean damaged,
      Optional<Waits.Waiting> waiting,
      Optional<Letters.Failed> failed,
      Map<String, Object> details) {
    InForce by = record.inForce().orElse(null);
    return new SigningStatus(
        failed.isPresent() ? Stage.FAILED : Stage.of(record.state()),
        format,
        record.packageName(),
        record.digest(),
        by == null ? null : by.keyVersion(),
        by == null ? null : by.fingerprint(),
        record.acceptedAt(),
        record.pushedBy().orElse(null),
        record.changedBy().orElse(null),
        by == null ? null : by.signedAt(),
        by == null ? null : Duration.between(record.acceptedAt(), by.signedAt()).toMillis(),
        record.refusal().map(r -> new Refused(r.code(), r.detail(), r.at())).orElse(null),
        damaged ? true : null,
        waiting.orElse(null),
        failed.orElse(null),
        details);
  }
}
