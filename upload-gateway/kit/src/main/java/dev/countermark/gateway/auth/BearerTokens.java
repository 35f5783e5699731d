package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/**
 * Short-lived bearer tokens that stand for a credential: JWTs signed with HMAC-SHA-256. Any replica
 * accepts what another issued, because all have the same secret. A token names the credential it
 * was issued for, so that it never outlives or outreaches it.
 */
public final class BearerTokens {
  /** How long a token is accepted; checked when a request begins, however long its body is. */
  public static final Duration LIFETIME = Duration.ofMinutes(5);

  private static final String ISSUER = "countermark";
  private static final int CLOCK_SKEW_SECONDS = 30;

  private final HmacKey key;
  private final String service;
  private final Clock clock;

  /**
   * @param secret the gateway's secret; the signing key is derived from it
   * @param service the audience: host and port of the public URL
   */
  BearerTokens(byte[] secret, String service, Clock clock) {
    this.key = new HmacKey(Hashes.hmacSha256(secret, "countermark/bearer-tokens/v1"));
    this.service = service;
    this.clock = clock;
  }

  /**
   * @param credential what the token was issued for, see {@link Claims#credential}
   * @param granted actions by repository
   */
  public Issued issue(String credential, Map<RepositoryName, Set<Action>> granted) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(ISSUER);
    claims.setAudience(service);
    claims.setSubject(credential);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(now.plus(LIFETIME).getEpochSecond()));
    List<Map<String, Object>> access = new ArrayList<>();
    granted.forEach(
        (repository, actions) -> {
          Map<String, Object> entry = new LinkedHashMap<>();
          entry.put("type", "repository");
          entry.put("name", repository.toString());
          entry.put(
              "actions", actions.stream().map(Action::grant).flatMap(Optional::stream).toList());
          access.add(entry);
        });
    claims.setClaim("access", access);
    JsonWebSignature jws = new JsonWebSignature();
    jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
    jws.setHeader("typ", "JWT");
    jws.setPayload(claims.toJson());
    jws.setKey(key);
    try {
      return new Issued(jws.getCompactSerialization(), now);
    } catch (JoseException e) {
      throw new IllegalStateException("cannot sign a bearer token", e);
    }
  }

  /**
   * @throws AuthenticationFailedException when it is not a token of this installation, or too old
   */
  Claims verify(String token) throws AuthenticationFailedException {
    try {
      JwtClaims claims =
          new JwtConsumerBuilder()
              .setJwsAlgorithmConstraints(
                  AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
              .setVerificationKey(key)
              .setExpectedIssuer(ISSUER)
              .setExpectedAudience(service)
              .setRequireSubject()
              .setRequireExpirationTime()
              .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
              .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
              .build()
              .processToClaims(token);
      return new Claims(claims.getSubject(), granted(claims));
    } catch (InvalidJwtException e) {
      throw new AuthenticationFailedException(
          e.hasExpired() ? "the bearer token has expired" : "the bearer token is not valid");
    } catch (MalformedClaimException | ClassCastException e) {
      throw new AuthenticationFailedException("the bearer token is not valid");
    }
  }

  private static Map<RepositoryName, Set<Action>> granted(JwtClaims claims) {
    Map<RepositoryName, Set<Action>> granted = new LinkedHashMap<>();
    for (Object entry : (List<?>) claims.getClaimValue("access")) {
      Map<?, ?> map = (Map<?, ?>) entry;
      Set<Action> actions = EnumSet.noneOf(Action.class);
      for (Object name : (List<?>) map.get("actions")) {
        Action.ofGrant((String) name).ifPresent(actions::add);
      }
      RepositoryName.parse((String) map.get("name")).ifPresent(r -> granted.put(r, actions));
    }
    return granted;
  }

  /**
   * @param token compact form; a secret
   */
  public record Issued(String token, Instant at) {
    @Override
    public String toString() {
      return "bearer token of " + at;
    }
  }

  /**
   * @param credential {@code anonymous}, {@code admin:<fingerprint>} or {@code token:<name>}, see
   *     {@link TokenName}
   * @param granted actions by repository
   */
  public record Claims(String credential, Map<RepositoryName, Set<Action>> granted) {}
}
