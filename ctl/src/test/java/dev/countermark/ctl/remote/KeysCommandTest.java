package dev.countermark.ctl.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators ask the key service. */
class KeysCommandTest {
  private static final String KEYS = "/v1/repositories/acme/app/keys";
  private static final String TWO =
      "{\"keys\":[{\"purpose\":\"nuget\",\"versions\":[{\"version\":1,\"state\":\"current\"},"
          + "{\"version\":2,\"state\":\"spare\"}]},"
          + "{\"purpose\":\"oci\",\"versions\":[{\"version\":1,\"state\":\"current\"}]}]}";

  @TempDir Path folder;
  private StubServer server;

  @BeforeEach
  void listen() throws IOException {
    server = new StubServer(folder);
    server.answers.put("GET " + KEYS, StubServer.Answer.of(TWO));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void answer(String request, String body) {
    server.answers.put(request, StubServer.Answer.of(body));
  }

  @Test
  void listsVersionsOfAllKeysOrOfOne() {
    assertThat(server.runAsOperator("keys", "list", "acme/app")).isZero();
    assertThat(server.out().lines()).hasSize(4);
    assertThat(server.credentials).containsOnly("Bearer secret");

    assertThat(server.runAsOperator("keys", "list", "acme/app", "--purpose", "oci")).isZero();
    assertThat(server.out().lines()).hasSize(2);
  }

  @Test
  void rotatesAndSaysWhatToDoNext() {
    answer("POST " + KEYS + "/nuget:rotate", "{\"version\":2,\"activeFrom\":\"T1\"}");
    answer("POST " + KEYS + "/nuget:rotate?immediately=true", "{\"version\":2,\"current\":true}");

    assertThat(server.runAsOperator("keys", "rotate", "acme/app", "--purpose", "nuget")).isZero();
    assertThat(server.out())
        .contains("signs from T1", "resync start acme/app --format nuget", "formats/nuget.md");

    assertThat(
            server.runAsOperator(
                "keys", "rotate", "acme/app", "--purpose", "nuget", "--immediately"))
        .isZero();
    assertThat(server.out()).contains("nuget version 2 of acme/app signs now");
  }

  @Test
  void revokesOnlyWhenItIsSaidTwice() {
    List<String> revoke =
        List.of("keys", "revoke", "acme/app", "--purpose", "nuget", "--version", "1");

    assertThat(server.runAsOperator(revoke.toArray(String[]::new))).isEqualTo(2);

    assertThat(server.err()).contains("--yes");
    assertThat(server.asked).isEmpty();
  }

  @Test
  void rotatesFirstWhereTheKeyThatSignsHasLeaked() {
    answer("POST " + KEYS + "/nuget/1:revoke", "{\"version\":1,\"revokedAt\":\"T1\"}");

    assertThat(
            server.runAsOperator(
                "keys",
                "revoke",
                "acme/app",
                "--purpose",
                "nuget",
                "--version",
                "1",
                "--immediately",
                "--yes"))
        .isZero();

    assertThat(server.asked)
        .containsExactly(
            "GET " + KEYS,
            "POST " + KEYS + "/nuget:rotate?immediately=true",
            "POST " + KEYS + "/nuget/1:revoke");
    assertThat(server.out()).contains("is revoked", "resync start");
  }

  @Test
  void findsWhatRunWroteAndSendsNoCredentialElsewhere() throws IOException {
    Path credential = Files.writeString(folder.resolve("operator"), "operators\n");
    Path endpoint =
        Files.writeString(
            folder.resolve("endpoint.env"),
            "COUNTERMARK_KEYS_URL="
                + server.url()
                + "\nCOUNTERMARK_KEYS_TOKEN_FILE="
                + credential
                + "\n");

    assertThat(
            server.execute(List.of("keys", "list", "acme/app", "--endpoint", endpoint.toString())))
        .isZero();
    assertThat(server.credentials).containsExactly("Bearer operators");

    assertThat(server.execute(List.of("keys", "list", "acme/app", "--keys-url", server.url())))
        .isEqualTo(2);
    assertThat(server.err()).contains("--keys-token-file");
  }

  @Test
  void saysWhoDecidesWhenTheKeyServiceDoesNotKnowTheCaller() {
    server.answers.put("GET " + KEYS, StubServer.Answer.of(401, "{\"detail\":\"unknown\"}"));

    assertThat(server.runAsOperator("keys", "list", "acme/app")).isEqualTo(1);
    assertThat(server.err()).contains("countermark.keyservice.clients");
  }

  @Test
  void tellsWhetherEveryChainHolds() {
    answer(
        "POST /v1/audit:verify?repository=acme/app&recompute=true",
        "{\"chain\":\"acme/app/oci\",\"records\":2,\"signatures\":1,\"head\":\"h\",\"breaks\":0}\n"
            + "\n{\"chains\":1,\"breaks\":0}\n");

    assertThat(server.runAsOperator("audit", "verify", "acme/app", "--recompute")).isZero();
    assertThat(server.out())
        .contains("ok     acme/app/oci: 2 records, 1 signatures, head h", "every chain holds");
  }

  /** A name that is misspelt is no proof. */
  @Test
  void nothingHoldsWhereThereIsNoChain() {
    answer("POST /v1/audit:verify?repository=acme/ap", "{\"chains\":0,\"breaks\":0}\n");

    assertThat(server.runAsOperator("audit", "verify", "acme/ap")).isEqualTo(2);
    assertThat(server.out()).doesNotContain("holds");
    assertThat(server.err()).contains("no audit chain of acme/ap");
  }

  @Test
  void tellsOfPlacesThatDoNotHold() {
    answer(
        "POST /v1/audit:verify",
        "{\"chain\":\"acme/app/oci\",\"broken\":\"record 2 is missing\"}\n"
            + "{\"chain\":\"acme/app/oci\",\"records\":2,\"breaks\":1}\n"
            + "{\"chains\":1,\"breaks\":1}\n");

    assertThat(server.runAsOperator("audit", "verify")).isEqualTo(1);
    assertThat(server.out())
        .contains("BROKEN acme/app/oci: record 2 is missing", "1 places do not hold");
  }

  @Test
  void whatWasCutOffProvesNothing() {
    answer("POST /v1/audit:verify", "{\"chain\":\"acme/app/oci\",\"records\":2,\"breaks\":0}\n");
    assertThat(server.runAsOperator("audit", "verify")).isEqualTo(3);

    server.answers.put(
        "POST /v1/audit:verify", StubServer.Answer.of(409, "{\"detail\":\"already\"}"));
    assertThat(server.runAsOperator("audit", "verify")).isEqualTo(1);
    assertThat(server.err()).contains("already");

    server.close();
    assertThat(server.runAsOperator("audit", "verify")).isEqualTo(3);
    assertThat(server.err()).contains("is the key service running");
  }
}
