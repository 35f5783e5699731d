package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.RepositoryPattern;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.TokenGrant;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The bodies that ask for tokens, and the checks that JSON alone cannot make. */
final class TokenRequests {
  private static final int MAX_DESCRIPTION = 200;

  /** Entries, and repositories in each. */
  private static final int MAX_ENTRIES = 50;

  private static final String SCOPES =
      "pull; push: also pull; delete: also pull; admin: everything, settings and tokens included";
  private static final String EXPIRES =
      "a time (2027-01-31T12:00:00Z) or an ISO 8601 duration from now (P90D, PT1H);"
          + " left out: never";
  private static final String DESCRIPTION = "to recognise it; at most 200 characters";

  private TokenRequests() {}

  /** For one repository, which the address names. */
  @Schema(name = "NewToken")
  record NewToken(
      @JsonProperty("scopes") @Schema(required = true, description = SCOPES) Set<Scope> scopes,
      @JsonProperty("expires")
          @Schema(
              description = EXPIRES,
              examples = {"P90D"})
          String expires,
      @JsonProperty("description") @Schema(description = DESCRIPTION) String description) {
    Tokens.Order checked(RepositoryName repository, Instant now) {
      TokenGrant grant =
          new TokenGrant(List.of(RepositoryPattern.of(repository)), checkedScopes(scopes));
      return new Tokens.Order(
          List.of(grant), false, checkedDescription(description), expiresAt(expires, now));
    }
  }

  /** For any repositories. */
  @Schema(name = "NewInstallationToken")
  record NewInstallationToken(
      @JsonProperty("grants") @Schema(description = "what it may do where; at most 50")
          List<NewGrant> grants,
      @JsonProperty("administrator")
          @Schema(description = "true: everything everywhere, as the admin token; without grants")
          Boolean administrator,
      @JsonProperty("expires")
          @Schema(
              description = EXPIRES,
              examples = {"P90D"})
          String expires,
      @JsonProperty("description") @Schema(description = DESCRIPTION) String description) {
    Tokens.Order checked(Instant now) {
      boolean everything = Boolean.TRUE.equals(administrator);
      List<NewGrant> given = grants == null ? List.of() : grants;
      if (everything != given.isEmpty()
          || given.size() > MAX_ENTRIES
          || given.stream().anyMatch(Objects::isNull)) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "a token needs 1 to 50 grants, or administrator true and none");
      }
      return new Tokens.Order(
          given.stream().map(NewGrant::checked).toList(),
          everything,
          checkedDescription(description),
          expiresAt(expires, now));
    }
  }

  /** One entry. */
  @Schema(name = "NewGrant")
  record NewGrant(
      @JsonProperty("repositories")
          @Schema(
              required = true,
              description =
                  "owner/name, owner/* for all of an owner, or a pattern with stars; * for all;"
                      + " at most 50",
              examples = {"acme/*"})
          List<String> repositories,
      @JsonProperty("scopes") @Schema(required = true, description = SCOPES) Set<Scope> scopes) {
    TokenGrant checked() {
      if (repositories == null || repositories.isEmpty() || repositories.size() > MAX_ENTRIES) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "repositories of a grant needs 1 to 50 names or patterns");
      }
      List<RepositoryPattern> patterns = new ArrayList<>();
      for (String text : repositories) {
        patterns.add(
            Optional.ofNullable(text)
                .flatMap(RepositoryPattern::parse)
                .orElseThrow(
                    () ->
                        new ProblemException(
                            Kind.INVALID_VALUE,
                            "repositories has names such as acme/app and patterns such as acme/*"
                                + " or *: owner and name have a-z, 0-9, inner hyphens and stars")));
      }
      return new TokenGrant(patterns, checkedScopes(scopes));
    }
  }

  /**
   * Where a page of tokens begins.
   *
   * @param last the parameter; null for none
   */
  static String after(String last) {
    String after = last == null ? "" : last;
    if (!after.matches("[a-z0-9]{0,32}")) {
      throw new ProblemException(Kind.INVALID_VALUE, "last must be the id of a token");
    }
    return after;
  }

  private static Set<Scope> checkedScopes(Set<Scope> scopes) {
    if (scopes == null || scopes.isEmpty() || scopes.stream().anyMatch(Objects::isNull)) {
      throw new ProblemException(
          Kind.INVALID_VALUE, "scopes needs at least one of pull, push, delete, admin");
    }
    return scopes;
  }

  private static Optional<String> checkedDescription(String description) {
    if (description != null
        && (description.length() > MAX_DESCRIPTION
            || description.chars().anyMatch(Character::isISOControl))) {
      throw new ProblemException(
          Kind.INVALID_VALUE,
          "description may have " + MAX_DESCRIPTION + " characters and no control characters");
    }
    return Optional.ofNullable(description).filter(d -> !d.isBlank());
  }

  /** The time of expiry, checked to be in the future. */
  private static Optional<Instant> expiresAt(String expires, Instant now) {
    if (expires == null) {
      return Optional.empty();
    }
    Instant at;
    try {
      at =
          expires.startsWith("P")
              ? now.plus(Duration.parse(expires))
              : OffsetDateTime.parse(expires).toInstant();
    } catch (DateTimeException | ArithmeticException e) {
      throw new ProblemException(
          Kind.INVALID_VALUE,
          "expires must be a time such as 2027-01-31T12:00:00Z or a duration such as P90D");
    }
    if (!at.isAfter(now)) {
      throw new ProblemException(Kind.INVALID_VALUE, "expires must be in the future");
    }
    return Optional.of(at);
  }
}
