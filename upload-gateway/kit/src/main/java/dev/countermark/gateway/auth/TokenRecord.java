package dev.countermark.gateway.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.countermark.contracts.Checksummed;
import dev.countermark.contracts.RepositoryName;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A token as it is stored: of the secret only its hash.
 *
 * @param generation grows by one with each change
 * @param repository that it belongs to and ends with; absent for a token of the installation
 * @param id public part of the token
 * @param scopes of a token made before there were grants, in its repository; then absent
 * @param grants what it may do; a token of before has one for its repository
 * @param administrator whether it may do everything
 * @param secretSha256 SHA-256 of the secret's ASCII characters, lower-case hexadecimal
 * @param description what its owner wrote to recognise it
 * @param createdBy who made it; absent in a token of before
 * @param expiresAt from when on it is refused; absent: never
 * @param revokedAt since when it is refused, if so
 * @param lastUsedAt when it was seen last, to some minutes
 */
public record TokenRecord(
    long generation,
    Optional<RepositoryName> repository,
    String id,
    Optional<Set<Scope>> scopes,
    List<TokenGrant> grants,
    boolean administrator,
    String secretSha256,
    Optional<String> description,
    Instant createdAt,
    Optional<String> createdBy,
    Optional<Instant> expiresAt,
    Optional<Instant> revokedAt,
    Optional<Instant> lastUsedAt)
    implements Checksummed {
  public TokenRecord {
    repository = orEmpty(repository);
    scopes = orEmpty(scopes);
    grants = grants == null ? ofBefore(repository, scopes) : List.copyOf(grants);
    description = orEmpty(description);
    createdBy = orEmpty(createdBy);
    expiresAt = orEmpty(expiresAt);
    revokedAt = orEmpty(revokedAt);
    lastUsedAt = orEmpty(lastUsedAt);
  }

  private static <T> Optional<T> orEmpty(Optional<T> value) {
    return value == null ? Optional.empty() : value;
  }

  /** A token that could push could delete, too, and keeps what it was given. */
  private static List<TokenGrant> ofBefore(
      Optional<RepositoryName> repository, Optional<Set<Scope>> scopes) {
    if (repository.isEmpty() || scopes.isEmpty()) {
      return List.of();
    }
    Set<Scope> given = EnumSet.copyOf(scopes.get());
    if (given.contains(Scope.PUSH)) {
      given.add(Scope.DELETE);
    }
    return List.of(new TokenGrant(List.of(RepositoryPattern.of(repository.get())), given));
  }

  @JsonIgnore
  public TokenName name() {
    return new TokenName(repository, id);
  }

  /** Whether it is neither expired nor revoked. */
  @JsonIgnore
  public boolean isValidAt(Instant now) {
    return revokedAt.isEmpty() && expiresAt.map(now::isBefore).orElse(true);
  }

  public boolean allows(RepositoryName where, Action action) {
    return administrator || grants.stream().anyMatch(g -> g.allows(where, action));
  }

  /** The repositories that its holder manages. */
  @JsonIgnore
  public List<RepositoryPattern> managed() {
    return administrator
        ? List.of(RepositoryPattern.ALL)
        : grants.stream()
            .filter(g -> g.scopes().contains(Scope.ADMIN))
            .flatMap(g -> g.repositories().stream())
            .toList();
  }

  TokenRecord revoked(Instant at) {
    return changed(Optional.of(at), lastUsedAt);
  }

  TokenRecord used(Instant at) {
    return changed(revokedAt, Optional.of(at));
  }

  private TokenRecord changed(Optional<Instant> revoked, Optional<Instant> lastUsed) {
    return new TokenRecord(
        generation + 1,
        repository,
        id,
        scopes,
        grants,
        administrator,
        secretSha256,
        description,
        createdAt,
        createdBy,
        expiresAt,
        revoked,
        lastUsed);
  }

  /** Without the hash: a record that is logged by accident gives nothing away. */
  @Override
  public String toString() {
    return "token " + name() + " " + (administrator ? "administrator" : grants);
  }
}
