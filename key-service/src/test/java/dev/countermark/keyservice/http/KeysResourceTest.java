package dev.countermark.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(TestClients.class)
class KeysResourceTest {
  private static final String KEYS = "/v1/repositories/acme/tools/keys/oci";
  private static final String HASH = Base64.getEncoder().encodeToString(new byte[32]);
  private static final String ITEM =
      "{\"purl\":\"pkg:oci/a@b\",\"digest\":\"sha256:00\",\"hash\":\"" + HASH + "\"}";

  /**
   * Longer bodies are sent when the service asks for them: it may refuse before it has read all.
   */
  private static final int PATIENT = 500_000;

  private static final String SIGN = "{\"items\":[" + ITEM + "]}";

  // As the services do; over HTTP/2 an early refusal may arrive as a lost connection.
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TestHTTPResource("/")
  URI url;

  @Inject KeyServiceCommands commands;

  private HttpResponse<String> call(String method, String path, String credential, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(path))
            .expectContinue(body != null && body.length() > PATIENT)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    if (credential != null) {
      request.header("Authorization", "Bearer " + credential);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void assertProblem(HttpResponse<String> answer, int status) throws IOException {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    JsonNode problem = new ObjectMapper().readTree(answer.body());
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("title").asText()).isNotEmpty();
    assertThat(problem.get("detail").asText()).isNotEmpty();
  }

  @Test
  void answersInTheShapesOfTheInterface() throws Exception {
    ObjectMapper json = new ObjectMapper();
    HttpResponse<String> versions = call("GET", KEYS, TestClients.GATEWAY, null);
    assertThat(versions.statusCode()).isEqualTo(200);
    assertThat(versions.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
    JsonNode version = json.readTree(versions.body()).get("versions").get(0);
    assertThat(version.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "version", "spki", "fingerprint", "createdAt", "current", "certificates");
    HttpResponse<String> identity = call("GET", KEYS + "/identity", TestClients.GATEWAY, null);
    assertThat(json.readTree(identity.body()).get("fingerprint"))
        .isEqualTo(version.get("fingerprint"));
    JsonNode signed = json.readTree(call("POST", KEYS + ":sign", TestClients.SIGNER, SIGN).body());
    assertThat(signed.get("key").get("fingerprint")).isEqualTo(version.get("fingerprint"));
    assertThat(signed.get("signatures")).hasSize(1);
  }

  @Test
  void showsWhatItCountsBeforeItCountsAnything() throws Exception {
    String shown = call("GET", "/q/metrics", null, null).body();

    assertThat(shown)
        .contains(
            "countermark_keys_denials_total",
            "countermark_keys_audit_records_total",
            "countermark_keys_audit_broken_total",
            "countermark_keys_signatures_total{purpose=\"nuget\"}",
            "countermark_keys_authority_end_seconds{purpose=\"swift\"}",
            "countermark_dependency_up{dependency=\"keys-bucket\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cargo", "nuget-2", "OCI"})
  void knowsNoOtherPurposes(String purpose) throws Exception {
    String keys = "/v1/repositories/acme/tools/keys/" + purpose;
    assertThat(call("GET", keys, TestClients.GATEWAY, null).statusCode()).isEqualTo(404);
    assertThat(call("POST", keys + ":sign", TestClients.SIGNER, SIGN).statusCode()).isEqualTo(404);
  }

  @Test
  void answersAboutRevocationWhereCertificatesNameAResponder() throws Exception {
    assertThat(ask("swift/acme/asked/1", TestClients.GATEWAY)).isEqualTo(404);
    String keys = "/v1/repositories/acme/asked/keys/swift";
    assertThat(call("GET", keys, TestClients.GATEWAY, null).statusCode()).isEqualTo(200);
    assertThat(ask("swift/acme/asked/1", TestClients.GATEWAY)).isEqualTo(200);
    assertThat(ask("swift/authority", TestClients.GATEWAY)).isEqualTo(200);
    assertThat(ask("swift/authority", TestClients.OTHER)).isEqualTo(403);
    assertThat(ask("nuget/authority", TestClients.GATEWAY)).isEqualTo(404);
    assertThat(ask("cargo/authority", TestClients.GATEWAY)).isEqualTo(404);
  }

  /** The status; the question itself is none, which OCSP answers with 200. */
  private int ask(String subject, String credential) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(url.resolve("/v1/ocsp/" + subject))
                .header("Content-Type", "application/ocsp-request")
                .header("Authorization", "Bearer " + credential)
                .POST(BodyPublishers.ofString("?"))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void rotatesAndRevokesForTheOperatorOnly() throws Exception {
    String keys = "/v1/repositories/acme/rotating/keys/oci";
    assertProblem(call("POST", keys + ":rotate", TestClients.SIGNER, null), 403);
    assertProblem(call("POST", keys + "/1:revoke", TestClients.SIGNER, null), 403);
    assertProblem(call("POST", keys + "/1:revoke", TestClients.OPERATOR, null), 409);
    HttpResponse<String> rotated = call("POST", keys + ":rotate", TestClients.OPERATOR, null);
    assertThat(rotated.statusCode()).isEqualTo(200);
    assertThat(new ObjectMapper().readTree(rotated.body()).get("version").asInt()).isEqualTo(2);
    HttpResponse<String> revoked = call("POST", keys + "/1:revoke", TestClients.OPERATOR, null);
    assertThat(revoked.statusCode()).isEqualTo(200);
    assertThat(new ObjectMapper().readTree(revoked.body()).has("revokedAt")).isTrue();
    assertProblem(call("POST", keys + "/7:revoke", TestClients.OPERATOR, null), 404);
  }

  @Test
  void listsTheKeysThatThereAreAndMakesNone() throws Exception {
    String keys = "/v1/repositories/acme/listed/keys";
    assertThat(json(call("GET", keys, TestClients.OPERATOR, null)).get("keys")).isEmpty();
    call("POST", keys + "/oci:sign", TestClients.SIGNER, SIGN);
    String made = json(call("GET", keys + "/oci/identity", TestClients.GATEWAY, null)).toString();

    JsonNode listed = json(call("GET", keys, TestClients.OPERATOR, null)).get("keys");

    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).get("purpose").asText()).isEqualTo("oci");
    JsonNode version = listed.get(0).get("versions").get(0);
    assertThat(version.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("version", "state", "since", "fingerprint");
    assertThat(version.get("state").asText()).isEqualTo("current");
    assertThat(made).contains(version.get("fingerprint").asText());
    assertProblem(call("GET", keys, null, null), 401);
    assertProblem(call("GET", keys, TestClients.OTHER, null), 403);
    assertProblem(call("GET", keys.replace("listed", "Listed"), TestClients.OPERATOR, null), 404);
  }

  @Test
  void announcesNugetKeysAndReplacesThemAtOnceWhenTold() throws Exception {
    String keys = "/v1/repositories/acme/certified/keys/nuget";
    JsonNode first = json(call("POST", keys + ":sign", TestClients.SIGNER, SIGN)).get("key");
    assertThat(first.get("certificates")).hasSize(2);
    assertThat(first.has("activeFrom")).isFalse();

    JsonNode announced = json(call("POST", keys + ":rotate", TestClients.OPERATOR, null));
    assertThat(announced.get("version").asInt()).isEqualTo(2);
    assertThat(announced.get("current").asBoolean()).isFalse();
    assertThat(Instant.parse(announced.get("activeFrom").asText()))
        .isAfter(Instant.parse(announced.get("createdAt").asText()));
    assertProblem(call("POST", keys + "/1:revoke", TestClients.OPERATOR, null), 409);

    JsonNode replaced =
        json(call("POST", keys + ":rotate?immediately=true", TestClients.OPERATOR, null));
    assertThat(replaced.get("version").asInt()).isEqualTo(2);
    assertThat(replaced.get("current").asBoolean()).isTrue();
    assertThat(json(call("GET", keys + "/identity", TestClients.GATEWAY, null)))
        .isEqualTo(replaced);
    JsonNode revoked = json(call("POST", keys + "/1:revoke", TestClients.OPERATOR, null));
    assertThat(revoked.has("revokedAt")).isTrue();
    JsonNode versions = json(call("GET", keys, TestClients.GATEWAY, null)).get("versions");
    assertThat(versions).hasSize(3);
    assertThat(versions.get(0)).isEqualTo(revoked);
    assertThat(versions.get(1)).isEqualTo(replaced);
    assertThat(versions.get(2).get("spare").asBoolean()).isTrue();
    assertThat(versions.get(2).has("activeFrom")).isFalse();
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  @ParameterizedTest
  @CsvSource({
    "GET,'',",
    "GET,/identity,",
    "POST,:sign,",
    "POST,:rotate,",
    "POST,/1:revoke,",
    "GET,'',wrong",
    "POST,:sign,wrong",
    "POST,:rotate,wrong"
  })
  void refusesStrangers(String method, String suffix, String credential) throws Exception {
    HttpResponse<String> answer =
        call(method, KEYS + suffix, credential, method.equals("POST") ? SIGN : null);
    assertProblem(answer, 401);
    assertThat(answer.headers().firstValue("www-authenticate"))
        .hasValueSatisfying(v -> assertThat(v).startsWith("Bearer"));
  }

  @Test
  void refusesAnotherSchemeEvenWithTheRightCredential() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve(KEYS))
            .header("Authorization", "Basic " + TestClients.GATEWAY)
            .build();
    assertProblem(http.send(request, HttpResponse.BodyHandlers.ofString()), 401);
  }

  @ParameterizedTest
  @CsvSource({"GET,''", "GET,/identity", "POST,:sign", "POST,:rotate", "POST,/1:revoke"})
  void refusesAClientOfAnotherPurpose(String method, String suffix) throws Exception {
    assertProblem(
        call(method, KEYS + suffix, TestClients.OTHER, method.equals("POST") ? SIGN : null), 403);
  }

  @Test
  void refusesToSignForAClientThatMayOnlyRead() throws Exception {
    assertProblem(call("POST", KEYS + ":sign", TestClients.GATEWAY, SIGN), 403);
    assertProblem(call("POST", KEYS + ":sign", TestClients.OPERATOR, SIGN), 403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{}",
        "{\"items\":null}",
        "{\"items\":[]}",
        "{\"items\":[null]}",
        "{\"items\":[{}]}",
        "{\"items\":[{\"purl\":\"p\",\"digest\":\"d\",\"hash\":\"AAAA\"}]}",
        "{\"items\":[{\"purl\":\"p\",\"digest\":\"d\",\"hash\":\"not base64!\"}]}",
        "{\"items\":\"many\"}"
      })
  void refusesABodyThatIsNoSigningRequest(String body) throws Exception {
    assertProblem(call("POST", KEYS + ":sign", TestClients.SIGNER, body), 400);
  }

  @Test
  void refusesMoreThan256ItemsAndOverlongOnes() throws Exception {
    String many = IntStream.range(0, 257).mapToObj(i -> ITEM).collect(Collectors.joining(","));
    assertProblem(
        call("POST", KEYS + ":sign", TestClients.SIGNER, "{\"items\":[" + many + "]}"), 400);
    String overlong = SIGN.replace("pkg:oci/a@b", "p".repeat(1025));
    assertProblem(call("POST", KEYS + ":sign", TestClients.SIGNER, overlong), 400);
  }

  @Test
  void refusesABodyBeyondTheLimit() throws Exception {
    String large = SIGN.replace("pkg:oci/a@b", "p".repeat(1_100_000));
    assertThat(call("POST", KEYS + ":sign", TestClients.SIGNER, large).statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/repositories/acme/Tools/keys/oci",
        "/v1/repositories/acme/tools/keys/nonsense",
        "/v1/repositories/v2/tools/keys/oci",
        "/v1/repositories/acme/tools/keys/oci/nonsense",
        "/v1/nonsense"
      })
  void knowsNoOtherAddress(String path) throws Exception {
    assertProblem(call("GET", path, TestClients.GATEWAY, null), 404);
  }

  @Test
  void refusesAnotherMethodAndAnotherMediaType() throws Exception {
    assertProblem(call("DELETE", KEYS, TestClients.OPERATOR, null), 405);
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve(KEYS + ":sign"))
            .header("Authorization", "Bearer " + TestClients.SIGNER)
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString(SIGN))
            .build();
    assertProblem(http.send(request, HttpResponse.BodyHandlers.ofString()), 415);
  }

  @Test
  void reportsHealthAndMeasuresEachOperation() throws Exception {
    call("POST", KEYS + ":sign", TestClients.SIGNER, SIGN);
    assertThat(call("GET", "/q/health/ready", null, null).statusCode()).isEqualTo(200);
    assertThat(call("GET", "/q/health/live", null, null).statusCode()).isEqualTo(200);
    String metrics = call("GET", "/q/metrics", null, null).body();
    assertThat(metrics)
        .contains("countermark_keys_operation_seconds_count")
        .contains("operation=\"sign\"")
        .contains("outcome=\"done\"")
        .contains("countermark_keys_signatures_total");
  }

  @Test
  void verifiesItsChainByCommand() throws Exception {
    call("POST", KEYS + ":sign", TestClients.SIGNER, SIGN);
    StringWriter out = new StringWriter();
    int code =
        commands
            .commandLine()
            .setOut(new PrintWriter(out))
            .execute("verify-audit", "acme/tools", "--recompute");
    assertThat(out.toString()).contains("ok     acme/tools/oci:").contains("every chain holds");
    assertThat(code).isZero();
    assertThat(commands.commandLine().execute("verify-audit", "x")).isEqualTo(2);
  }

  @Test
  void logsNoSecrets() throws Exception {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            StringWriter text = new StringWriter();
            text.write(record.getMessage() + String.valueOf(record.getThrown()));
            if (record.getParameters() != null) {
              text.write(List.of(record.getParameters()).toString());
            }
            if (record.getThrown() != null) {
              record.getThrown().printStackTrace(new PrintWriter(text));
            }
            lines.add(text.toString());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    handler.setLevel(Level.ALL);
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try {
      call("POST", KEYS + ":sign", TestClients.SIGNER, SIGN);
      call("POST", KEYS + ":sign", TestClients.GATEWAY, SIGN);
      call("POST", KEYS + ":sign", "wrong-credential-of-a-stranger", SIGN);
      call("POST", KEYS + ":sign", TestClients.SIGNER, "{\"items\":\"body-of-the-caller");
      call("POST", "/v1/repositories/acme/logged/keys/oci:rotate", TestClients.OPERATOR, null);
    } finally {
      root.removeHandler(handler);
    }
    assertThat(lines).anyMatch(line -> line.contains("gateway may not sign here"));
    assertThat(lines)
        .noneMatch(line -> line.contains(TestClients.SIGNER))
        .noneMatch(line -> line.contains(TestClients.GATEWAY))
        .noneMatch(line -> line.contains(TestClients.OPERATOR))
        .noneMatch(line -> line.contains("wrong-credential"))
        .noneMatch(line -> line.contains("body-of-the-caller"))
        .noneMatch(line -> line.contains("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
  }
}
