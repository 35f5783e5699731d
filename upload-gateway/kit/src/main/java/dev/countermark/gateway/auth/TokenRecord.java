package dev.countermark.gateway.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.countermark.contracts.Checksummed;
import dev.countermark.contracts.RepositoryName;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A repository token as it is stored: of the secret only its hash.
 *
 * @param generation grows by one with each change
 * @param id public part of the token
 * @param scopes never empty
 * @param secretSha256 SHA-256 of the secret's ASCII characters, lower-case hexadecimal
 * @param description what its owner wrote to recognise it
 * @param expiresAt from when on it is refused; absent: never
 * @param revokedAt since when it is refused, if so
 */
public record TokenRecord(
    long generation,
    RepositoryName repository,
    String id,
    Set<Scope> scopes,
    String secretSha256,
    Optional<String> description,
    Instant createdAt,
    Optional<Instant> expiresAt,
    Optional<Instant> revokedAt)
    implements Checksummed {
  public TokenRecord {
    scopes = Collections.unmodifiableSet(EnumSet.copyOf(scopes));
    description = description == null ? Optional.empty() : description;
    expiresAt = expiresAt == null ? Optional.empty() : expiresAt;
    revokedAt = revokedAt == null ? Optional.empty() : revokedAt;
  }

  /** Whether it is neither expired nor revoked. */
  @JsonIgnore
  public boolean isValidAt(Instant now) {
    return revokedAt.isEmpty() && expiresAt.map(now::isBefore).orElse(true);
  }

  public boolean allows(Action action) {
    return scopes.stream().anyMatch(s -> s.allows(action));
  }

  TokenRecord revoked(Instant at) {
    return new TokenRecord(
        generation + 1,
        repository,
        id,
        scopes,
        secretSha256,
        description,
        createdAt,
        expiresAt,
        Optional.of(at));
  }

  /** Without the hash: a record that is logged by accident gives nothing away. */
  @Override
  public String toString() {
    return "token " + repository + "/" + id + " " + scopes;
  }
}
