package dev.countermark.keys;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.RepositoryName;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;

/**
 * A key service for tests: keeps its keys in memory, unprotected and unaudited, loses them on exit.
 */
public final class InMemoryKeyClient implements KeyClient {
  private record Key(RepositoryName repository, Purpose purpose) {}

  private record Version(PublicKeyVersion published, InMemoryKey key) {
    Version with(boolean current, Optional<Instant> revokedAt) {
      return new Version(
          new PublicKeyVersion(
              published.version(),
              published.spki(),
              published.fingerprint(),
              published.createdAt(),
              current,
              revokedAt,
              published.certificates(),
              published.activeFrom()),
          key);
    }
  }

  private final ConcurrentMap<Key, List<Version>> keys = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();
  private final Clock clock;
  private final Map<Purpose, KeyTerms> terms;
  private final Map<Purpose, InMemoryAuthority> authorities = new HashMap<>();
  private volatile BiFunction<Optional<VersionName>, Bytes, Optional<Bytes>> responder =
      (certificate, request) -> Optional.empty();
  private volatile BiFunction<RepositoryName, Purpose, Optional<Bytes>> lists =
      (repository, purpose) -> Optional.empty();

  /** With the purposes of the formats on the class path. */
  public InMemoryKeyClient() {
    this(Clock.systemUTC());
  }

  /**
   * @param clock of {@code createdAt} and of the validity of certificates
   */
  public InMemoryKeyClient(Clock clock) {
    this(clock, Purposes.found());
  }

  /**
   * @param clock of {@code createdAt} and of the validity of certificates
   * @param terms of every purpose that it will be asked for
   */
  public InMemoryKeyClient(Clock clock, Map<Purpose, KeyTerms> terms) {
    this.clock = clock;
    this.terms = Map.copyOf(terms);
    this.terms.forEach(
        (purpose, of) ->
            of.certification()
                .map(how -> new InMemoryAuthority(of.algorithm(), how, clock, random))
                .ifPresent(authority -> authorities.put(purpose, authority)));
  }

  @Override
  public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
    return last(ring(new Key(repository, purpose))).published();
  }

  @Override
  public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
    return ring(new Key(repository, purpose)).stream().map(Version::published).toList();
  }

  @Override
  public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
    HttpKeyClient.requireSignable(items);
    Version version = last(ring(new Key(repository, purpose)));
    return new SignedBatch(
        version.published(), items.stream().map(i -> version.key().sign(i.hash())).toList());
  }

  @Override
  public Optional<Bytes> ocsp(Purpose purpose, Optional<VersionName> certificate, Bytes request) {
    return responder.apply(certificate, request);
  }

  @Override
  public Optional<Bytes> revocations(RepositoryName repository, Purpose purpose) {
    return lists.apply(repository, purpose);
  }

  /** From now on asks this instead of saying that there is no list. */
  public void list(BiFunction<RepositoryName, Purpose, Optional<Bytes>> with) {
    lists = with;
  }

  /** From now on asks this instead of saying that there is no responder. */
  public void respond(BiFunction<Optional<VersionName>, Bytes, Optional<Bytes>> with) {
    responder = with;
  }

  /** One that has the same keys, and what is done here from now on is not done there. */
  public InMemoryKeyClient copy() {
    InMemoryKeyClient copy = new InMemoryKeyClient(clock, terms);
    copy.keys.putAll(keys);
    return copy;
  }

  /** Makes a new version and makes it the current one. */
  public PublicKeyVersion rotate(RepositoryName repository, Purpose purpose) {
    Key key = new Key(repository, purpose);
    ring(key);
    return last(keys.computeIfPresent(key, (k, old) -> with(k, old))).published();
  }

  /** Nothing that was signed with a version is trusted any more. */
  public void revoke(RepositoryName repository, Purpose purpose, int version) {
    keys.computeIfPresent(
        new Key(repository, purpose),
        (k, old) ->
            old.stream()
                .map(
                    v ->
                        v.published().version() == version
                            ? v.with(v.published().current(), Optional.of(clock.instant()))
                            : v)
                .toList());
  }

  private List<Version> ring(Key key) {
    return keys.computeIfAbsent(key, k -> with(k, List.of()));
  }

  private static Version last(List<Version> versions) {
    return versions.get(versions.size() - 1);
  }

  private List<Version> with(Key key, List<Version> old) {
    List<Version> all = new ArrayList<>();
    old.forEach(v -> all.add(v.with(false, v.published().revokedAt())));
    all.add(make(key, old.size() + 1));
    return List.copyOf(all);
  }

  private Version make(Key key, int version) {
    KeyTerms of = terms.get(key.purpose());
    if (of == null) {
      throw new IllegalArgumentException("no terms of keys of " + key.purpose());
    }
    if (of.certification().isEmpty()) {
      return version(version, InMemoryKey.make(of.algorithm(), random), List.of());
    }
    InMemoryAuthority.Certified certified = authorities.get(key.purpose()).issue(key.repository());
    return version(version, certified.key(), certified.certificates());
  }

  private Version version(int version, InMemoryKey key, List<Bytes> certificates) {
    return new Version(published(version, key.publicKey().getEncoded(), certificates), key);
  }

  private PublicKeyVersion published(int version, byte[] spki, List<Bytes> certificates) {
    try {
      String fingerprint =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(spki));
      return new PublicKeyVersion(
          version,
          Bytes.of(spki),
          fingerprint,
          clock.instant(),
          true,
          Optional.empty(),
          certificates,
          Optional.empty());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
