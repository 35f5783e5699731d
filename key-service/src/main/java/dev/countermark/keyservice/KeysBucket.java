package dev.countermark.keyservice;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Purpose;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every key of every object in the keys bucket. Numbers are padded: listings come in their order.
 */
final class KeysBucket {
  private static final Pattern RECORD = Pattern.compile(".*/([0-9]{8})\\.json");
  private static final Pattern REVOCATION = Pattern.compile(".*/([0-9]{8})\\.revoked\\.json");
  private static final Pattern PROMOTION = Pattern.compile(".*/([0-9]{8})\\.promotion\\.json");
  private static final Pattern SCOPED =
      Pattern.compile(
          "(?:audit|keys)/([a-z0-9-]+)/([a-z0-9-]+)/([a-z0-9][a-z0-9-]{0,31})/[0-9]+\\.jsonl?");
  private static final Pattern SEQUENCE = Pattern.compile("[0-9]{12}\\.jsonl");

  /** The audit chain of every repository's key. */
  static final String AUDIT = "audit/";

  /** The audit chain of refused calls; not below {@link #AUDIT}, where owners' names begin. */
  static final String DENIALS = "denials/";

  /** The versions of every repository's keys. */
  static final String KEYS = "keys/";

  /** Never written; reading it tells whether the store answers. */
  static final String PROBE = "probe";

  /** A {@link RootMarker.Marker}. */
  static final String ROOT = "root.json";

  /** Every {@link AuthorityRecord}, and the audit chains of authorities. */
  static final String AUTHORITIES = "authorities/";

  private static final Pattern AUTHORITY =
      Pattern.compile(AUTHORITIES + "([a-z0-9][a-z0-9-]{0,31})\\.json");

  private KeysBucket() {}

  /** The purpose whose {@link AuthorityRecord} a key names; empty for any other key. */
  static Optional<Purpose> authorityOf(String key) {
    Matcher matcher = AUTHORITY.matcher(key);
    return matcher.matches() ? Optional.of(new Purpose(matcher.group(1))) : Optional.empty();
  }

  /** An {@link AuthorityRecord}. */
  static String authority(Purpose purpose) {
    return authorityName(purpose) + ".json";
  }

  /** What the audit chain of an authority is called. */
  static String authorityName(Purpose purpose) {
    return AUTHORITIES + purpose.label();
  }

  /** The audit chain of an authority; not below {@link #AUDIT}, where owners' names begin. */
  static String authorityChain(Purpose purpose) {
    return authorityName(purpose) + "/";
  }

  /** All versions of one key, their promotions and their revocations. */
  static String versions(KeyScope scope) {
    return KEYS + scope + "/";
  }

  /** All versions of all keys of one repository. */
  static String keys(RepositoryName repository) {
    return KEYS + repository + "/";
  }

  /** A {@link KeyRecord}. */
  static String version(KeyScope scope, int version) {
    return versions(scope) + "%08d.json".formatted(version);
  }

  /** A {@link Revocation}. */
  static String revocation(KeyScope scope, int version) {
    return versions(scope) + "%08d.revoked.json".formatted(version);
  }

  /**
   * A {@link Promotion}.
   *
   * @param number 1 for the first of the key
   */
  static String promotion(KeyScope scope, int number) {
    return versions(scope) + "%08d.promotion.json".formatted(number);
  }

  /** The number of the {@link Promotion} that a key names; empty for any other key. */
  static OptionalInt promotionOf(String key) {
    return number(PROMOTION.matcher(key));
  }

  /** The version that a key of a {@link KeyRecord} names; empty for any other key. */
  static OptionalInt versionOf(String key) {
    return number(RECORD.matcher(key));
  }

  /** The version that a key of a {@link Revocation} names; empty for any other key. */
  static OptionalInt revokedVersionOf(String key) {
    return number(REVOCATION.matcher(key));
  }

  private static OptionalInt number(Matcher matcher) {
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  /** The audit chain of one key. */
  static String chain(KeyScope scope) {
    return AUDIT + scope + "/";
  }

  /** The audit chains of all keys of one repository. */
  static String chains(RepositoryName repository) {
    return AUDIT + repository + "/";
  }

  /**
   * One record of a chain.
   *
   * @param chain as {@link #chain} or {@link #DENIALS}
   * @param sequence 1 for the first
   */
  static String audit(String chain, long sequence) {
    return chain + "%012d.jsonl".formatted(sequence);
  }

  /** Sorts after every record of a chain and before the next chain. */
  static String afterChain(String chain) {
    return chain + "~";
  }

  /**
   * The number of the audit record under a key; -1 for any other key.
   *
   * @param chain that the key begins with
   */
  static long sequenceOf(String chain, String key) {
    String rest = key.substring(chain.length());
    return SEQUENCE.matcher(rest).matches() ? Long.parseLong(rest.substring(0, 12)) : -1;
  }

  /** Whom an audit record or key record belongs to, by its key; empty for any other key. */
  static Optional<KeyScope> scopeOf(String key) {
    Matcher matcher = SCOPED.matcher(key);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return RepositoryName.parse(matcher.group(1) + "/" + matcher.group(2))
        .map(repository -> new KeyScope(repository, new Purpose(matcher.group(3))));
  }
}
