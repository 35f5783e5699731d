package dev.countermark.gateway.auth;

import dev.countermark.blobs.BlobStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
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
   * Off unless it is configured: how much is too much is known to the installation only, whose
   * build farms may share a token or an address.
   *
   * @param ofToken requests that one token, or the admin token, may make in a minute, at one
   *     gateway, all at once if need be; more are answered with 429. 0 for any number
   * @param ofAddress requests without credentials that one network address may make in a minute, in
   *     the same way; 0 for any number
   */
  @Produces
  @Singleton
  RequestRates requestRates(
      @ConfigProperty(name = "countermark.gateway.requests-of-token", defaultValue = "0")
          int ofToken,
      @ConfigProperty(name = "countermark.gateway.requests-of-address", defaultValue = "0")
          int ofAddress,
      MeterRegistry meters,
      Clock clock) {
    RequestRates rates =
        new RequestRates(
            atLeast(0, "countermark.gateway.requests-of-token", ofToken),
            atLeast(0, "countermark.gateway.requests-of-address", ofAddress),
            clock);
    measure(meters, "token", rates, RequestRates::refusedOfTokens);
    measure(meters, "address", rates, RequestRates::refusedOfAddresses);
    return rates;
  }

  private static void measure(
      MeterRegistry meters, String by, RequestRates rates, ToDoubleFunction<RequestRates> count) {
    FunctionCounter.builder("countermark.requests.limited", rates, count)
        .description("Requests that were refused because there were too many")
        .tag("by", by)
        .register(meters);
  }

  private static int atLeast(int least, String key, int value) {
    if (value < least) {
      throw new IllegalArgumentException(key + " must be at least " + least);
    }
    return value;
  }

  /**
   * @param wrongTokens credentials that are not valid, most from one network address in a minute,
   *     at least 1; more are answered with 429
   */
  @Produces
  @Singleton
  GatewayAuthenticator.Callers callers(
      Tokens tokens,
      TokenUses uses,
      RequestCaller caller,
      RequestRates rates,
      @ConfigProperty(name = "countermark.gateway.wrong-tokens", defaultValue = "100")
          int wrongTokens) {
    return new GatewayAuthenticator.Callers(
        tokens, uses, caller, rates, atLeast(1, "countermark.gateway.wrong-tokens", wrongTokens));
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
