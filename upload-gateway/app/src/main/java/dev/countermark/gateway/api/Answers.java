package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.gateway.auth.RepositoryTokens;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.TokenRecord;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The bodies that the API answers with. Apart from {@link CreatedToken}, none holds a secret. */
final class Answers {
  private Answers() {}

  /**
   * @param settings by format label; every member of each, so that a PUT of it changes nothing
   */
  @Schema(name = "Repository")
  record Repository(String repository, Instant createdAt, Map<String, Object> settings) {
    static Repository of(RepositoryRecord record, GatewayFormats formats) {
      Map<String, Object> settings = new TreeMap<>();
      formats.all().forEach(f -> settings.put(f.format().label(), shown(f, record)));
      return new Repository(record.repository().toString(), record.createdAt(), settings);
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

  /** Of a token everything but what makes it one: neither the secret nor its hash. */
  @Schema(name = "Token")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Token(
      String id,
      Set<Scope> scopes,
      String description,
      Instant createdAt,
      Instant expires,
      Instant revokedAt) {
    static Token of(TokenRecord record) {
      return new Token(
          record.id(),
          record.scopes(),
          record.description().orElse(null),
          record.createdAt(),
          record.expiresAt().orElse(null),
          record.revokedAt().orElse(null));
    }
  }

  /**
   * @param token the whole token: shown here and never again
   */
  @Schema(name = "CreatedToken")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record CreatedToken(
      String id, String token, Set<Scope> scopes, Instant createdAt, Instant expires) {
    static CreatedToken of(RepositoryTokens.Created created) {
      return new CreatedToken(
          created.record().id(),
          created.text(),
          created.record().scopes(),
          created.record().createdAt(),
          created.record().expiresAt().orElse(null));
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
  record Tokens(List<Token> tokens, String next) {}

  /**
   * @param campaign id that the outcomes of this resync carry
   * @param queued how many packages were queued, by format label
   * @param mode how far the signers go
   * @param broken packages that clients who have them already will refuse; the first hundred
   * @param remedy what these clients must do; absent when nothing breaks
   */
  @Schema(name = "Resync")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Resync(
      String campaign,
      Map<String, Long> queued,
      ResyncMode mode,
      List<String> broken,
      String remedy) {}
}
