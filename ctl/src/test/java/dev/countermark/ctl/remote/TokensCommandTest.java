package dev.countermark.ctl.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensCommandTest {
  private static final String OF_APP = "/api/v1/repositories/acme/app/tokens";
  private static final String MADE = "{\"id\":\"i1\",\"token\":\"cm.acme.app.i1.hidden\"}";

  @TempDir Path folder;
  private StubServer server;

  @BeforeEach
  void listen() throws IOException {
    server = new StubServer(folder);
    server.answers.put("POST " + OF_APP, StubServer.Answer.of(201, MADE));
    server.answers.put("POST /api/v1/tokens", StubServer.Answer.of(201, MADE));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void printsANewTokenAndNothingElse() {
    assertThat(server.run("tokens", "create", "acme/app", "--scope", "push", "--expires", "P90D"))
        .isZero();

    assertThat(server.asked)
        .containsExactly("POST " + OF_APP + " {\"scopes\":[\"push\"],\"expires\":\"P90D\"}");
    assertThat(server.out()).isEqualTo("cm.acme.app.i1.hidden" + System.lineSeparator());
    assertThat(server.err()).contains("tokens revoke acme/app/i1").doesNotContain("hidden");
  }

  @Test
  void keepsANewTokenInAFileThatNobodyElseReads() throws IOException {
    Path file = folder.resolve("new");

    assertThat(
            server.run(
                "tokens", "create", "acme/app", "--scope", "push", "--output", "" + file, "--json"))
        .isZero();

    assertThat(file).hasContent("cm.acme.app.i1.hidden");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(server.out() + server.err()).contains("i1").doesNotContain("hidden");
  }

  @Test
  void makesNoneThatItCannotKeep() throws IOException {
    Path file = Files.createFile(folder.resolve("there"));

    assertThat(server.run("tokens", "create", "acme/app", "--scope", "push", "--output", "" + file))
        .isEqualTo(2);

    assertThat(server.asked).isEmpty();
  }

  @Test
  void leavesNoFileWhenThereIsNoToken() {
    server.answers.put("POST " + OF_APP, StubServer.Answer.of(403, "{\"detail\":\"not yours\"}"));
    Path file = folder.resolve("new");

    assertThat(server.run("tokens", "create", "acme/app", "--scope", "push", "--output", "" + file))
        .isEqualTo(1);

    assertThat(file).doesNotExist();
    assertThat(server.err()).contains("not yours");
  }

  @Test
  void makesTokensOfTheInstallation() {
    assertThat(
            server.run(
                "tokens",
                "create",
                "--grant",
                "acme/base=pull",
                "--grant",
                "acme/app,acme/tools-*=push,delete"))
        .isZero();

    assertThat(server.asked)
        .containsExactly(
            "POST /api/v1/tokens {\"grants\":[{\"repositories\":[\"acme/base\"],"
                + "\"scopes\":[\"pull\"]},{\"repositories\":[\"acme/app\",\"acme/tools-*\"],"
                + "\"scopes\":[\"push\",\"delete\"]}]}");
    assertThat(server.run("tokens", "create", "--scope", "push")).isEqualTo(2);
    assertThat(server.run("tokens", "create", "acme/app", "--administrator")).isEqualTo(2);
  }

  @Test
  void revokesByTheNameThatLogsTell() {
    assertThat(server.run("tokens", "revoke", "acme/app/i1")).isZero();
    assertThat(server.run("tokens", "revoke", "i2")).isZero();

    assertThat(server.asked)
        .containsExactly("DELETE " + OF_APP + "/i1", "DELETE /api/v1/tokens/i2");
  }

  @Test
  void listsThemWithoutSecrets() {
    server.answers.put(
        "GET " + OF_APP + "?n=200",
        StubServer.Answer.of("{\"tokens\":[{\"id\":\"i1\",\"scopes\":[\"push\"]}]}"));

    assertThat(server.run("tokens", "list", "acme/app")).isZero();
    assertThat(server.out()).contains("SCOPES", "[\"push\"]");
  }
}
