package dev.countermark.keys;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What travels between the key service and its clients: paths, JSON bodies, limits. */
public final class KeyServiceApi {
  /** Most items in one call of {@code :sign}. */
  public static final int MAX_ITEMS = 256;

  /** Longest Package URL of an item, characters. */
  public static final int MAX_PURL = 1_024;

  /** Longest digest of an item, characters; sha512 has 135. */
  public static final int MAX_DIGEST = 256;

  /** Length of what is signed: a SHA-256, bytes. */
  public static final int HASH_LENGTH = 32;

  /** Titles of problems that an operator has to end. */
  public static final String AUDIT_BROKEN = "audit-broken";

  public static final String RECORD_UNUSABLE = "record-unusable";

  /** Media types of RFC 6960, appendix A. */
  public static final String OCSP_REQUEST = "application/ocsp-request";

  public static final String OCSP_RESPONSE = "application/ocsp-response";

  /** What {@link #ocsp} calls the authority itself. */
  public static final String OCSP_AUTHORITY = "authority";

  /** Media type of RFC 2585, 4.2. */
  public static final String REVOCATIONS = "application/pkix-crl";

  /** What the gateway calls the list of revoked certificates among a repository's keys. */
  public static final String REVOCATIONS_FILE = "revoked.crl";

  /** Who the caller is, told while the keys can be reached; GET of a {@link CallerName}. */
  public static final String CALLER = "/v1/caller";

  /** Verifies audit chains; POST with {@code ?repository=} and {@code recompute=true}. */
  public static final String VERIFY_AUDIT = "/v1/audit:verify";

  /** What that answers: lines of JSON, and empty ones while it goes on. */
  public static final String LINES = "application/x-ndjson";

  private KeyServiceApi() {}

  /** Whether certificates are revoked: POST of an OCSP request. */
  public static String ocsp(Purpose purpose, String subject) {
    return "/v1/ocsp/" + purpose.label() + "/" + subject;
  }

  /** What {@link #ocsp} calls the certificate of a key's version. */
  public static String ocspSubject(RepositoryName repository, int version) {
    return repository + "/" + version;
  }

  /** Which certificates of a key are revoked; GET of a list. */
  public static String revocations(RepositoryName repository, Purpose purpose) {
    return "/v1/crl/" + purpose.label() + "/" + repository;
  }

  /** Where the gateway hands out the same to clients. */
  public static String publishedRevocations(RepositoryName repository, Purpose purpose) {
    return "/" + repository + "/keys/" + purpose.label() + "/" + REVOCATIONS_FILE;
  }

  /** All versions of a key; GET. */
  public static String versions(RepositoryName repository, Purpose purpose) {
    return keys(repository) + "/" + purpose.label();
  }

  /** The keys that a repository has, without making any; GET of {@link Keys}. */
  public static String keys(RepositoryName repository) {
    return "/v1/repositories/" + repository + "/keys";
  }

  /** The current version; GET. */
  public static String identity(RepositoryName repository, Purpose purpose) {
    return versions(repository, purpose) + "/identity";
  }

  /** Signs a {@link SignRequest}; POST. */
  public static String sign(RepositoryName repository, Purpose purpose) {
    return versions(repository, purpose) + ":sign";
  }

  /**
   * Has a new version follow, which becomes the current one when it was announced long enough; POST
   * without a body.
   */
  public static String rotate(RepositoryName repository, Purpose purpose) {
    return versions(repository, purpose) + ":rotate";
  }

  /** Makes the spare the current one at once, or a new version; POST without a body. */
  public static String rotateImmediately(RepositoryName repository, Purpose purpose) {
    return rotate(repository, purpose) + "?immediately=true";
  }

  /** Marks an older version as no longer to be trusted; POST without a body. */
  public static String revoke(RepositoryName repository, Purpose purpose, int version) {
    return versions(repository, purpose) + "/" + version + ":revoke";
  }

  /**
   * Why an item cannot be signed, for the caller to read; null when it can.
   *
   * @param item may be null or have null members when it was read from JSON
   */
  public static String objection(Item item) {
    if (item == null || item.purl() == null || item.digest() == null || item.hash() == null) {
      return "an item has purl, digest and hash";
    }
    if (item.hash().length() != HASH_LENGTH) {
      return "hash has 32 bytes, found " + item.hash().length();
    }
    if (item.purl().isEmpty() || item.purl().length() > MAX_PURL) {
      return "purl has 1 to " + MAX_PURL + " characters, found " + item.purl().length();
    }
    if (item.digest().isEmpty() || item.digest().length() > MAX_DIGEST) {
      return "digest has 1 to " + MAX_DIGEST + " characters, found " + item.digest().length();
    }
    return null;
  }

  /**
   * Body of {@link #CALLER}.
   *
   * @param name as the key service's configuration calls it
   */
  public record CallerName(String name) {}

  /** Answer of {@link #versions}, oldest first. */
  public record Versions(List<PublicKeyVersion> versions) {
    public Versions {
      Objects.requireNonNull(versions, "versions");
    }
  }

  /** What a version of a key is there for. */
  public enum KeyState {
    /** It signs. */
    @JsonProperty("current")
    CURRENT,
    /** It is published, and signs when whoever remembers older lists has seen it. */
    @JsonProperty("announced")
    ANNOUNCED,
    /** It is published, and signs after a rotation. */
    @JsonProperty("spare")
    SPARE,
    /** Another one followed it; what it signed stays valid. */
    @JsonProperty("retired")
    RETIRED,
    /** Nothing that it signed is to be trusted. */
    @JsonProperty("revoked")
    REVOKED
  }

  /**
   * A version of a key, for operators.
   *
   * @param since when the state began
   * @param fingerprint SHA-256 of the public key, lower-case hexadecimal
   * @param signsFrom of an announced one: when it begins to sign
   * @param certificate SHA-256 of its certificate, upper-case hexadecimal; absent without one
   * @param certificateEnds when that is no longer valid
   */
  public record ListedVersion(
      int version,
      KeyState state,
      Instant since,
      String fingerprint,
      Optional<Instant> signsFrom,
      Optional<String> certificate,
      Optional<Instant> certificateEnds) {}

  /** A key of a repository, its versions oldest first. */
  public record ListedKey(String purpose, List<ListedVersion> versions) {}

  /** Answer of {@link #keys}, by purpose; empty when nothing was ever signed. */
  public record Keys(List<ListedKey> keys) {}

  /** Line of {@link #VERIFY_AUDIT}: a place of a chain that does not hold. */
  public record AuditBreak(String chain, String broken) {}

  /**
   * Line of {@link #VERIFY_AUDIT}: a chain that was read.
   *
   * @param head SHA-256 of the last record, lower-case hexadecimal: what is cut off leaves no other
   *     trace
   * @param breaks places that do not hold
   */
  public record AuditChain(String chain, long records, long signatures, String head, long breaks) {}

  /** Last line of {@link #VERIFY_AUDIT}. */
  public record AuditEnd(long chains, long breaks) {}

  /** Body of {@link #sign}; the answer is a {@link KeyClient.SignedBatch}. */
  public record SignRequest(List<Item> items) {}
}
