package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.auth.RepositoryPattern;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.TokenRecord;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The bodies that the API answers with. Apart from {@link CreatedToken}, none holds a secret. */
final class Answers {
  private Answers() {}

  /**
   * @param changedBy who set its settings last; absent when that was before it was written down
   * @param settings by format label; every member of each, so that a PUT of it changes nothing
   */
  @Schema(name = "Repository")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Repository(
      String repository, Instant createdAt, String changedBy, Map<String, Object> settings) {
    static Repository of(RepositoryRecord record, GatewayFormats formats) {
      Map<String, Object> settings = new TreeMap<>();
      formats.all().forEach(f -> settings.put(f.format().label(), shown(f, record)));
      return new Repository(
          record.repository().toString(),
          record.createdAt(),
          record.changedBy().orElse(null),
          settings);
    }

    private static <S> Object shown(GatewayFormat<?, S> format, RepositoryRecord record) {
      return format.settings().shown(record.settings(format.format()));
    }
  }

  /**
   * @param next the {@code last} parameter of the next page; absent on the last one
   */
  @Schema(name = "Repositories")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Repositories(List<Repository> repositories, String next) {}

  /**
   * One entry of what a token may do.
   *
   * @param repositories names and patterns
   */
  @Schema(name = "Grant")
  record Grant(List<String> repositories, Set<Scope> scopes) {
    static List<Grant> of(TokenRecord record) {
      return record.grants().stream()
          .map(
              g ->
                  new Grant(
                      g.repositories().stream().map(RepositoryPattern::toString).toList(),
                      g.scopes()))
          .toList();
    }
  }

  /**
   * Of a token everything but what makes it one: neither the secret nor its hash.
   *
   * @param scopes of a token of one repository; absent otherwise
   * @param administrator true for who may do everything; absent otherwise
   * @param lastUsedAt to some minutes
   */
  @Schema(name = "Token")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Token(
      String id,
      Set<Scope> scopes,
      List<Grant> grants,
      Boolean administrator,
      String description,
      Instant createdAt,
      String createdBy,
      Instant expires,
      Instant revokedAt,
      Instant lastUsedAt) {
    static Token of(TokenRecord record) {
      return new Token(
          record.id(),
          scopes(record),
          Grant.of(record),
          record.administrator() ? true : null,
          record.description().orElse(null),
          record.createdAt(),
          record.createdBy().orElse(null),
          record.expiresAt().orElse(null),
          record.revokedAt().orElse(null),
          record.lastUsedAt().orElse(null));
    }

    private static Set<Scope> scopes(TokenRecord record) {
      return record.repository().isPresent() ? record.grants().get(0).scopes() : null;
    }
  }

  /**
   * @param token the whole token: shown here and never again
   */
  @Schema(name = "CreatedToken")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record CreatedToken(
      String id,
      String token,
      Set<Scope> scopes,
      List<Grant> grants,
      Boolean administrator,
      Instant createdAt,
      Instant expires) {
    static CreatedToken of(Tokens.Created created) {
      Token token = Token.of(created.record());
      return new CreatedToken(
          token.id(),
          created.text(),
          token.scopes(),
          token.grants(),
          token.administrator(),
          token.createdAt(),
          token.expires());
    }

    /** No cache keeps it. */
    Response response() {
      return Response.status(Response.Status.CREATED)
          .header(HttpHeaders.CACHE_CONTROL, "no-store")
          .entity(this)
          .build();
    }

    @Override
    public String toString() {
      return "token " + id;
    }
  }

  /**
   * @param next the {@code last} parameter of the next page; absent on the last one
   */
  @Schema(name = "Tokens")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TokenList(List<Token> tokens, String next) {
    static TokenList of(Tokens.TokenPage page, Predicate<TokenRecord> shown) {
      List<TokenRecord> all = page.tokens();
      return new TokenList(
          all.stream().filter(shown).map(Token::of).toList(),
          page.more() && !all.isEmpty() ? all.get(all.size() - 1).id() : null);
    }
  }
}
