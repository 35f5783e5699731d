package dev.countermark.ctl.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoriesCommandTest {
  private static final String APP = "/api/v1/repositories/acme/app";

  @TempDir Path folder;
  private StubServer server;

  @BeforeEach
  void listen() throws IOException {
    server = new StubServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void makesOneThatIsNotThere() {
    server.answers.put("GET " + APP, StubServer.Answer.of(404, "{}"));

    assertThat(server.run("repositories", "create", "acme/app")).isZero();

    assertThat(server.asked).containsExactly("GET " + APP, "PUT " + APP + " {}");
    assertThat(server.out()).contains("tokens create acme/app");
  }

  @Test
  void leavesOneThatIsThereAsItIs() {
    server.answers.put(
        "GET " + APP, StubServer.Answer.of("{\"settings\":{\"oci\":{\"signTags\":true}}}"));

    assertThat(server.run("repositories", "create", "acme/app")).isZero();

    assertThat(server.asked).containsExactly("GET " + APP);
    assertThat(server.out()).contains("oci.signTags: true", "stays as it is");
  }

  @Test
  void givesOneTheSettingsThatAreSaid() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("settings.json"), "{\"settings\":{\"oci\":{\"signTags\":true}}}");

    assertThat(
            server.run(
                "repositories",
                "create",
                "acme/app",
                "--settings",
                file.toString(),
                "--set",
                "oci.immutableTags=[\"v*\"]",
                "--set",
                "nuget.timestamps=preferred"))
        .isZero();

    assertThat(server.asked)
        .contains(
            "PUT "
                + APP
                + " {\"settings\":{\"oci\":{\"signTags\":true,\"immutableTags\":[\"v*\"]},"
                + "\"nuget\":{\"timestamps\":\"preferred\"}}}");
  }

  @Test
  void deletesOnlyWhenItIsSaidTwice() {
    assertThat(server.run("repositories", "delete", "acme/app")).isEqualTo(2);
    assertThat(server.asked).isEmpty();
    assertThat(server.err()).contains("--yes");

    assertThat(server.run("repositories", "delete", "acme/app", "--yes")).isZero();
    assertThat(server.asked).containsExactly("DELETE " + APP);
  }

  @Test
  void asksForNothingThatIsNoRepository() {
    assertThat(server.run("repositories", "delete", "acme/app/../other", "--yes")).isEqualTo(2);
    assertThat(server.run("repositories", "create", "acme/app", "--set", "signTags=true"))
        .isEqualTo(2);
    assertThat(server.asked).isEmpty();
  }

  @Test
  void listsAllPages() {
    server.answers.put(
        "GET /api/v1/repositories?n=200",
        StubServer.Answer.of("{\"repositories\":[{\"repository\":\"a/b\"}],\"next\":\"a/b\"}"));
    server.answers.put(
        "GET /api/v1/repositories?n=200&last=a%2Fb",
        StubServer.Answer.of("{\"repositories\":[{\"repository\":\"c/d\"}]}"));

    assertThat(server.run("repositories", "list")).isZero();
    assertThat(server.out()).contains("a/b", "c/d");
  }
}
