package dev.countermark.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tokens of repositories. A request that carries one costs at most one small read, and none
 * within {@link #CACHED} of the last; that long a revocation may take on another replica.
 */
public final class RepositoryTokens {
  /** How long a record, or that there is none, is remembered. */
  static final Duration CACHED = Duration.ofSeconds(5);

  private static final int MAX_CACHED = 10_000;

  private final BlobStore store;
  private final Records records;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Cache<String, Optional<TokenRecord>> cache;

  public RepositoryTokens(BlobStore store, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.clock = clock;
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(MAX_CACHED)
            .expireAfterWrite(CACHED)
            .ticker(() -> ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant()))
            .build();
  }

  /**
   * Makes a token. Its text is in the answer and nowhere else.
   *
   * @param scopes not empty
   * @param expiresAt in the future, or empty for a token that does not expire
   */
  public Created create(
      RepositoryName repository,
      Set<Scope> scopes,
      Optional<String> description,
      Optional<Instant> expiresAt) {
    TokenText text = TokenText.generate(repository, random);
    TokenRecord record =
        new TokenRecord(
            1,
            repository,
            text.id(),
            scopes,
            text.secretSha256(),
            description,
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            expiresAt,
            Optional.empty());
    String key = ObjectKeys.token(repository, text.id());
    if (!records.create(key, record)) {
      throw new IllegalStateException("the random id of a new token is taken");
    }
    cache.invalidate(key);
    return new Created(record, text.reveal());
  }

  /**
   * One page, in order of id, revoked and expired ones included.
   *
   * @param after only ids after this one; empty for all
   * @param limit 1 to 1,000
   */
  public TokenPage list(RepositoryName repository, String after, int limit) {
    String prefix = ObjectKeys.tokens(repository);
    String from = after.isEmpty() ? "" : ObjectKeys.token(repository, after);
    BlobStore.Page page = store.list(prefix, from, limit);
    List<TokenRecord> tokens = new ArrayList<>();
    for (BlobStore.Entry entry : page.entries()) {
      records.read(entry.key(), TokenRecord.class).ifPresent(tokens::add);
    }
    return new TokenPage(tokens, page.more());
  }

  /**
   * Revokes a token for good; a second time changes nothing.
   *
   * @return false when there is none of that id
   */
  public boolean revoke(RepositoryName repository, String id) {
    if (!id.matches("[a-z0-9]{8,32}")) {
      return false;
    }
    String key = ObjectKeys.token(repository, id);
    Optional<TokenRecord> now =
        records.update(
            key,
            TokenRecord.class,
            old -> old.map(t -> t.revokedAt().isPresent() ? t : t.revoked(clock.instant())));
    cache.invalidate(key);
    return now.isPresent();
  }

  /** Deletes a token as if it had never been made. */
  public void takeBack(TokenRecord token) {
    String key = ObjectKeys.token(token.repository(), token.id());
    store.delete(key);
    cache.invalidate(key);
  }

  /** Remembers no token of a repository that was deleted. */
  public void forget(RepositoryName repository) {
    String prefix = ObjectKeys.tokens(repository);
    cache.asMap().keySet().removeIf(key -> key.startsWith(prefix));
  }

  /** The valid token of that id. */
  Optional<TokenRecord> find(RepositoryName repository, String id) {
    String key = ObjectKeys.token(repository, id);
    return cache
        .get(key, k -> records.read(k, TokenRecord.class))
        .filter(t -> t.isValidAt(clock.instant()));
  }

  /** The valid token that this text is; empty also when only the secret is wrong. */
  Optional<TokenRecord> verify(TokenText text) {
    return find(text.repository(), text.id())
        .filter(t -> Hashes.equal(text.secretSha256(), t.secretSha256()));
  }

  /**
   * @param text the token itself, a secret that is shown once
   */
  public record Created(TokenRecord record, String text) {
    @Override
    public String toString() {
      return record.toString();
    }
  }

  /**
   * @param more whether there are tokens after the last one
   */
  public record TokenPage(List<TokenRecord> tokens, boolean more) {}
}
