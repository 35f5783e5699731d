package dev.countermark.gateway.auth;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The public part of a token.
 *
 * @param repository the one that it belongs to and ends with; empty for a token of the installation
 * @param id unique where it belongs to
 */
public record TokenName(Optional<RepositoryName> repository, String id) {
  private static final Pattern ID = Pattern.compile("[a-z0-9]{8,32}");

  /** Reads {@link #toString}. */
  public static Optional<TokenName> parse(String text) {
    int slash = text.lastIndexOf('/');
    String id = text.substring(slash + 1);
    if (!isId(id)) {
      return Optional.empty();
    }
    return slash < 0
        ? Optional.of(new TokenName(Optional.empty(), id))
        : RepositoryName.parse(text.substring(0, slash))
            .map(repository -> new TokenName(Optional.of(repository), id));
  }

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  String key() {
    return repository
        .map(r -> ObjectKeys.token(r, id))
        .orElseGet(() -> ObjectKeys.installationToken(id));
  }

  /** {@code owner/name/id}, or the id alone. */
  @Override
  public String toString() {
    return repository.map(r -> r + "/" + id).orElse(id);
  }
}
