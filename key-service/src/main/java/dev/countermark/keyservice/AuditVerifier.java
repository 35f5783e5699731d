package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.Page;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Purpose;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads audit chains from their first record to their last and reports every place where one does
 * not hold: missing, altered, moved or reordered records, keys and certificates that the chain does
 * not know, signatures that the key does not make. What was cut off the end of a chain leaves no
 * trace in it: note the head that is printed, and compare.
 */
public final class AuditVerifier {
  static final String DENIALS = "denials";

  private final BlobStore store;
  private final AuditSeal seal;
  private final BucketKeys keys;
  private final Collection<Purpose> purposes;

  /**
   * @param purposes whose authorities have a chain of their own
   */
  AuditVerifier(BlobStore store, AuditSeal seal, BucketKeys keys, Collection<Purpose> purposes) {
    this.store = store;
    this.seal = seal;
    this.keys = keys;
    this.purposes = List.copyOf(purposes);
  }

  /**
   * One chain, read to its end.
   *
   * @param length number of its last record, 0 when it has none
   * @param signatures how many it accounts for
   * @param head SHA-256 of the last record's JSON line, lower-case hexadecimal
   * @param breaks how many places do not hold
   */
  public record Chain(String name, long length, long signatures, String head, long breaks) {}

  /**
   * A place that does not hold.
   *
   * @param chain whose
   * @param what says where and why
   */
  public record Break(String chain, String what) {}

  /** Hears what is found, by the thread that verifies. */
  public interface Report {
    /** A place does not hold. */
    void broken(Break found);

    /** A chain was read. */
    void read(Chain chain);

    /** A record was read; there may be millions. */
    default void goesOn() {}
  }

  /**
   * @param only one repository; absent for all, the authorities and the chain of denials
   * @param recompute makes every signature again, compares it and verifies it with the public key;
   *     needs the root secret of all keys
   * @return how many places do not hold
   */
  public long verify(Optional<RepositoryName> only, boolean recompute, Report report) {
    long breaks = 0;
    for (KeyScope scope : scopes(only)) {
      AuditWalk walk = walk(scope.toString(), KeysBucket.chain(scope), recompute, report);
      breaks += finish(walk.over(keys.of(scope, walk::broken)), report);
    }
    if (only.isEmpty()) {
      for (Purpose purpose : purposes) {
        AuditWalk walk =
            walk(
                KeysBucket.authorityName(purpose),
                KeysBucket.authorityChain(purpose),
                recompute,
                report);
        breaks += finish(walk.over(keys.ofAuthority(purpose, walk::broken)), report);
      }
      AuditWalk denials = walk(DENIALS, KeysBucket.DENIALS, recompute, report);
      breaks += finish(denials.over(BucketKeys.Found.NOTHING), report);
    }
    return breaks;
  }

  private AuditWalk walk(String name, String prefix, boolean recompute, Report report) {
    return new AuditWalk(store, seal, name, prefix, recompute, report);
  }

  private static long finish(Chain chain, Report report) {
    report.read(chain);
    return chain.breaks();
  }

  /** Of all chains and of all keys: a key whose chain is gone must be noticed. */
  private Set<KeyScope> scopes(Optional<RepositoryName> only) {
    Set<KeyScope> scopes = new LinkedHashSet<>();
    String audit = only.map(KeysBucket::chains).orElse(KeysBucket.AUDIT);
    String after = "";
    while (true) {
      Page page = store.list(audit, after, 1);
      if (page.entries().isEmpty()) {
        break;
      }
      String key = page.entries().get(0).key();
      Optional<KeyScope> scope = KeysBucket.scopeOf(key);
      scope.ifPresent(scopes::add);
      after = scope.map(s -> KeysBucket.afterChain(KeysBucket.chain(s))).orElse(key);
    }
    Listing.forEach(
        store,
        only.map(KeysBucket::keys).orElse(KeysBucket.KEYS),
        key -> KeysBucket.scopeOf(key).ifPresent(scopes::add));
    return scopes;
  }
}
