package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository token as its holder has it: {@code cm.<owner>.<repo>.<id>.<secret>}. Names the
 * record to look up, so that no request ever searches for a token.
 */
final class TokenText {
  private static final Pattern FORM =
      Pattern.compile(
          "cm\\.([a-z0-9-]{1,63})\\.([a-z0-9-]{1,63})\\.([a-z0-9]{8,32})\\.([A-Za-z0-9_-]{43})");

  /** Longest text that can be a token, characters. */
  static final int MAX_LENGTH = 3 + 64 + 64 + 33 + 43;

  private final RepositoryName repository;
  private final String id;
  private final String secret;

  private TokenText(RepositoryName repository, String id, String secret) {
    this.repository = repository;
    this.id = id;
    this.secret = secret;
  }

  /** A new token: 80 random bits of id, 256 of secret. */
  static TokenText generate(RepositoryName repository, SecureRandom random) {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    StringBuilder id = new StringBuilder(16);
    for (int i = 0; i < 16; i++) {
      id.append(Character.forDigit(random.nextInt(32), 32));
    }
    return new TokenText(
        repository, id.toString(), Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /** Empty when the text has another form. */
  static Optional<TokenText> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    return RepositoryName.parse(m.group(1) + "/" + m.group(2))
        .map(repository -> new TokenText(repository, m.group(3), m.group(4)));
  }

  RepositoryName repository() {
    return repository;
  }

  String id() {
    return id;
  }

  /** SHA-256 of the secret, lower-case hexadecimal. */
  String secretSha256() {
    return Hashes.sha256Hex(secret.getBytes(StandardCharsets.US_ASCII));
  }

  /** The whole token: shown to its owner once, never logged. */
  String reveal() {
    return "cm." + repository.owner() + "." + repository.name() + "." + id + "." + secret;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "token " + repository + "/" + id;
  }
}
