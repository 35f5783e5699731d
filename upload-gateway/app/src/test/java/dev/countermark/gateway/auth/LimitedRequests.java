package dev.countermark.gateway.auth;

import static io.restassured.RestAssured.given;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.repositories.Repositories;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.restassured.specification.RequestSpecification;
import jakarta.enterprise.inject.spi.CDI;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A gateway that takes few requests, behind a proxy that says whose they are. */
public class LimitedRequests implements QuarkusTestProfile {
  /** Of one token, or of one address, in a minute. */
  public static final int MOST = 5;

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  @Override
  public Map<String, String> getConfigOverrides() {
    return Map.of(
        "countermark.gateway.requests-of-token", Integer.toString(MOST),
        "countermark.gateway.requests-of-address", Integer.toString(MOST),
        "quarkus.http.proxy.proxy-address-forwarding", "true");
  }

  /** A new repository, which nothing was asked of. */
  public static RepositoryName repository() {
    RepositoryName name = RepositoryName.of("limited/r" + NUMBERS.incrementAndGet());
    CDI.current().select(Repositories.class).get().findOrCreate(name);
    return name;
  }

  /** A new token, which may push. */
  public static String token(RepositoryName repository) {
    return CDI.current()
        .select(Tokens.class)
        .get()
        .create(
            Optional.of(repository),
            Tokens.Order.of(repository, EnumSet.of(Scope.PUSH, Scope.DELETE)),
            "test")
        .text();
  }

  /** A client at an address that nobody else has. */
  public static RequestSpecification client() {
    int number = NUMBERS.incrementAndGet();
    return given().header("X-Forwarded-For", "198.51." + number / 250 + "." + (number % 250 + 1));
  }

  /** The same with a token, as password. */
  public static RequestSpecification client(String token) {
    return client().auth().preemptive().basic("ci", token);
  }

  /** Asks for an address that is answered with {@code status} until no more can be asked for. */
  public static void useUp(RequestSpecification client, String address, int status) {
    for (int i = 0; i < MOST; i++) {
      client.get(address).then().statusCode(status);
    }
  }
}
