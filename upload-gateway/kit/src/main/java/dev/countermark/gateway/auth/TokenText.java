package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token as its holder has it: {@code cm.<owner>.<repo>.<id>.<secret>}, or {@code
 * cm.<id>.<secret>} for one of the installation. Names the record to look up, so that no request
 * ever searches for a token.
 */
final class TokenText {
  private static final Pattern FORM =
      Pattern.compile(
          "cm\\.(?:([a-z0-9-]{1,63})\\.([a-z0-9-]{1,63})\\.)?"
              + "([a-z0-9]{8,32})\\.([A-Za-z0-9_-]{43})");

  /** Longest text that can be a token, characters. */
  static final int MAX_LENGTH = 3 + 64 + 64 + 33 + 43;

  private final TokenName name;
  private final String secret;

  private TokenText(TokenName name, String secret) {
    this.name = name;
    this.secret = secret;
  }

  /**
   * A new token: 80 random bits of id, 256 of secret.
   *
   * @param repository that it belongs to; empty for one of the installation
   */
  static TokenText generate(Optional<RepositoryName> repository, SecureRandom random) {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    StringBuilder id = new StringBuilder(16);
    for (int i = 0; i < 16; i++) {
      id.append(Character.forDigit(random.nextInt(32), 32));
    }
    return new TokenText(
        new TokenName(repository, id.toString()),
        Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
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
    if (m.group(1) == null) {
      return Optional.of(new TokenText(new TokenName(Optional.empty(), m.group(3)), m.group(4)));
    }
    return RepositoryName.parse(m.group(1) + "/" + m.group(2))
        .map(r -> new TokenText(new TokenName(Optional.of(r), m.group(3)), m.group(4)));
  }

  TokenName name() {
    return name;
  }

  /** SHA-256 of the secret, lower-case hexadecimal. */
  String secretSha256() {
    return Hashes.sha256Hex(secret.getBytes(StandardCharsets.US_ASCII));
  }

  /** The whole token: shown to its owner once, never logged. */
  String reveal() {
    String home = name.repository().map(r -> r.owner() + "." + r.name() + ".").orElse("");
    return "cm." + home + name.id() + "." + secret;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "token " + name;
  }
}
