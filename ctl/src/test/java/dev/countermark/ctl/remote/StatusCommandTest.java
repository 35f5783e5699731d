package dev.countermark.ctl.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusCommandTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final String JSON = "pkg:nuget/json@1.0.0?repository_url=acme%2Fapp";

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

  @ParameterizedTest
  @CsvSource({
    "pkg:nuget/json@1.0.0?repository_url=acme%2Fapp, nuget/json/1.0.0",
    "pkg:swift/mona/list@1.0.0%2B7?repository_url=acme/app, swift/mona/list/1.0.0%2B7",
    "pkg:oci/web@DIGEST?repository_url=127.0.0.1:8080/acme/app/web, oci/web%40DIGEST",
    "pkg:oci/app@DIGEST?repository_url=acme%2Fapp, oci/%40DIGEST",
  })
  void asksForPackagesOfEveryFormat(String purl, String path) {
    server.run("status", purl.replace("DIGEST", DIGEST));

    assertThat(server.asked)
        .containsExactly("GET /acme/app/status/" + path.replace("DIGEST", Told.encoded(DIGEST)));
  }

  @ParameterizedTest
  @CsvSource({"signed,0", "exempt,0", "refused,1", "failed,1", "deleted,1", "pending,4"})
  void returnsWhereItStands(String state, int code) {
    server.answers.put(
        "GET /acme/app/status/nuget/json/1.0.0?wait=5",
        StubServer.Answer.of("{\"status\":\"" + state + "\"}"));

    assertThat(server.run("status", JSON, "--wait", "5")).isEqualTo(code);
    assertThat(server.out()).contains("status: " + state);
  }

  @Test
  void tellsWhyItWaitsAndWhatSignedIt() {
    String path = "GET /acme/app/status/nuget/json/1.0.0";
    server.answers.put(
        path,
        StubServer.Answer.of(
            "{\"status\":\"pending\",\"acceptedAt\":\"T0\",\"waiting\":{\"code\":\"NO_ROOM\","
                + "\"detail\":\"\\u001b[31m\",\"nextTry\":\"T9\"}}"));
    assertThat(server.run("status", JSON)).isEqualTo(4);
    assertThat(server.out()).contains("since: T0", "code: NO_ROOM", "nextTry: T9", "?[31m");

    server.answers.put(
        path,
        StubServer.Answer.of(
            "{\"status\":\"signed\",\"signedAt\":\"T2\",\"keyVersion\":3,\"details\":{\"signatures\":"
                + "[{\"format\":\"legacy\",\"digest\":\"d1\"},{\"format\":\"bundle\"}]}}"));
    assertThat(server.run("status", JSON)).isZero();
    assertThat(server.out())
        .contains(
            "since: T2",
            "keyVersion: 3",
            "signatures: format legacy, digest d1",
            "signatures: format bundle");
  }

  @Test
  void damagedIsNotWell() {
    server.answers.put(
        "GET /acme/app/status/nuget/json/1.0.0",
        StubServer.Answer.of("{\"status\":\"signed\",\"damaged\":true}"));

    assertThat(server.run("status", JSON)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "json",
        "pkg:nuget/json@1.0.0",
        "pkg:nuget/json?repository_url=acme/app",
        "pkg:cargo/json@1.0.0?repository_url=acme/app"
      })
  void asksNothingAboutWhatNamesNoPackage(String purl) {
    assertThat(server.run("status", purl)).isEqualTo(2);
    assertThat(server.asked).isEmpty();
    assertThat(server.err()).isNotBlank();
  }
}
