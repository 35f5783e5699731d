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
 * The tokens of repositories and of the installation. A request that carries one costs at most one
 * small read, and none within {@link #CACHED} of the last; that long a revocation may take on
 * another replica.
 */
public final class Tokens {
  /** How long a record, or that there is none, is remembered. */
  static final Duration CACHED = Duration.ofSeconds(5);

  private static final int MAX_CACHED = 10_000;

  private final BlobStore store;
  private final Records records;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Cache<String, Optional<TokenRecord>> cache;

  public Tokens(BlobStore store, Clock clock) {
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
   * What a new token is for.
   *
   * @param grants what it may do; empty for an administrator alone
   * @param administrator whether it may do everything
   * @param description to recognise it
   * @param expiresAt in the future, or empty for a token that does not expire
   */
  public record Order(
      List<TokenGrant> grants,
      boolean administrator,
      Optional<String> description,
      Optional<Instant> expiresAt) {
    public Order {
      grants = List.copyOf(grants);
    }

    /** For one repository, and never expiring. */
    public static Order of(RepositoryName repository, Set<Scope> scopes) {
      TokenGrant grant = new TokenGrant(List.of(RepositoryPattern.of(repository)), scopes);
      return new Order(List.of(grant), false, Optional.empty(), Optional.empty());
    }
  }

  /**
   * Makes a token. Its text is in the answer and nowhere else.
   *
   * @param repository that it belongs to; empty for one of the installation
   * @param maker who asked for it
   */
  public Created create(Optional<RepositoryName> repository, Order order, String maker) {
    TokenText text = TokenText.generate(repository, random);
    TokenRecord record =
        new TokenRecord(
            1,
            repository,
            text.name().id(),
            Optional.empty(),
            order.grants(),
            order.administrator(),
            text.secretSha256(),
            order.description(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            Optional.of(maker),
            order.expiresAt(),
            Optional.empty(),
            Optional.empty());
    String key = text.name().key();
    if (!records.create(key, record)) {
      throw new IllegalStateException("the random id of a new token is taken");
    }
    cache.invalidate(key);
    return new Created(record, text.reveal());
  }

  /**
   * One page, in order of id, revoked and expired ones included.
   *
   * @param repository whose tokens; empty for those of the installation
   * @param after only ids after this one; empty for all
   * @param limit 1 to 1,000
   */
  public TokenPage list(Optional<RepositoryName> repository, String after, int limit) {
    String prefix = repository.map(ObjectKeys::tokens).orElse(ObjectKeys.INSTALLATION_TOKENS);
    String from = after.isEmpty() ? "" : new TokenName(repository, after).key();
    BlobStore.Page page = store.list(prefix, from, limit);
    List<TokenRecord> tokens = new ArrayList<>();
    for (BlobStore.Entry entry : page.entries()) {
      records.read(entry.key(), TokenRecord.class).ifPresent(tokens::add);
    }
    return new TokenPage(tokens, page.more());
  }

  /** A token, whether it is valid or not, as it is in the store. */
  public Optional<TokenRecord> look(TokenName name) {
    return TokenName.isId(name.id())
        ? records.read(name.key(), TokenRecord.class)
        : Optional.empty();
  }

  /**
   * Revokes a token for good; a second time changes nothing.
   *
   * @return false when there is none of that id
   */
  public boolean revoke(TokenName name) {
    if (!TokenName.isId(name.id())) {
      return false;
    }
    Optional<TokenRecord> now =
        records.update(
            name.key(),
            TokenRecord.class,
            old -> old.map(t -> t.revokedAt().isPresent() ? t : t.revoked(clock.instant())));
    cache.invalidate(name.key());
    return now.isPresent();
  }

  /**
   * Writes down that a token was used.
   *
   * @param at when; an earlier time than the one known changes nothing
   */
  void used(TokenName name, Instant at) {
    records.update(
        name.key(),
        TokenRecord.class,
        old ->
            old.map(t -> t.lastUsedAt().filter(l -> !l.isBefore(at)).isPresent() ? t : t.used(at)));
    cache.invalidate(name.key());
  }

  /** Deletes a token as if it had never been made. */
  public void takeBack(TokenRecord token) {
    String key = token.name().key();
    store.delete(key);
    cache.invalidate(key);
  }

  /** Remembers no token of a repository that was deleted. */
  public void forget(RepositoryName repository) {
    String prefix = ObjectKeys.tokens(repository);
    cache.asMap().keySet().removeIf(key -> key.startsWith(prefix));
  }

  /** The valid token of that name. */
  Optional<TokenRecord> find(TokenName name) {
    return cache
        .get(name.key(), k -> records.read(k, TokenRecord.class))
        .filter(t -> t.isValidAt(clock.instant()));
  }

  /** The valid token that this text is; empty also when only the secret is wrong. */
  Optional<TokenRecord> verify(TokenText text) {
    return find(text.name()).filter(t -> Hashes.equal(text.secretSha256(), t.secretSha256()));
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
