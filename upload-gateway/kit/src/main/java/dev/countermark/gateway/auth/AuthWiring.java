package dev.countermark.gateway.auth;

import dev.countermark.blobs.BlobStore;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Builds what checks callers; the only place here that sees configuration. */
class AuthWiring {
  @Produces
  @Singleton
  Tokens tokens(BlobStore store, Clock clock) {
    return new Tokens(store, clock);
  }

  @Produces
  @Singleton
  TokenUses tokenUses(Tokens tokens, Clock clock) {
    return new TokenUses(tokens, clock);
  }

  /**
   * @param adminToken may do everything; keep it for creating repositories and tokens, and rather
   *     give the file: one of the two must be set
   * @param adminTokenFile file that holds the admin token; white space around it is ignored
   * @param secret signs upload sessions and bearer tokens; the same for all replicas. Rather give
   *     the file: one of the two must be set
   * @param secretFile file that holds the secret; white space around it is ignored
   */
  @Produces
  @Singleton
  GatewaySecrets secrets(
      @ConfigProperty(name = "countermark.gateway.admin-token") Optional<String> adminToken,
      @ConfigProperty(name = "countermark.gateway.admin-token-file") Optional<Path> adminTokenFile,
      @ConfigProperty(name = "countermark.gateway.secret") Optional<String> secret,
      @ConfigProperty(name = "countermark.gateway.secret-file") Optional<Path> secretFile) {
    return new GatewaySecrets(
        secret("countermark.gateway.admin-token", adminToken, adminTokenFile),
        secret("countermark.gateway.secret", secret, secretFile));
  }

  /**
   * @param wrongTokens credentials that are not valid, most from one network address in a minute;
   *     more are answered with 429
   */
  @Produces
  @Singleton
  GatewayAuthenticator.Callers callers(
      Tokens tokens,
      TokenUses uses,
      RequestCaller caller,
      @ConfigProperty(name = "countermark.gateway.wrong-tokens", defaultValue = "100")
          int wrongTokens) {
    if (wrongTokens < 1) {
      throw new IllegalArgumentException("countermark.gateway.wrong-tokens must be at least 1");
    }
    return new GatewayAuthenticator.Callers(tokens, uses, caller, wrongTokens);
  }

  @Produces
  @Singleton
  GatewayAuthenticator authenticator(
      GatewaySecrets secrets,
      @ConfigProperty(name = "countermark.public-url") URI publicUrl,
      GatewayAuthenticator.Callers callers,
      Clock clock) {
    return new GatewayAuthenticator(
        secrets.adminToken(), secrets.secret(), publicUrl.getRawAuthority(), callers, clock);
  }

  /** The value, or the content of the file without white space around it. */
  private static String secret(String key, Optional<String> value, Optional<Path> file) {
    if (value.isPresent() == file.isPresent()) {
      throw new IllegalArgumentException("set either " + key + " or " + key + "-file");
    }
    if (value.isPresent()) {
      return value.get();
    }
    try {
      return Files.readString(file.get()).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the file that " + key + "-file names", e);
    }
  }
}
