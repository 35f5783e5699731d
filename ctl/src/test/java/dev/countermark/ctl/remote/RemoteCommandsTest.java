package dev.countermark.ctl.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands ask, what they print and what they return. */
class RemoteCommandsTest {
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

  private void answer(String request, String body) {
    server.answers.put(request, StubServer.Answer.of(body));
  }

  @Test
  void discardsAllOnlyWhenItIsSaidTwice() {
    assertThat(server.run("dead-letters", "discard", "--all")).isEqualTo(2);
    assertThat(server.err()).contains("--yes");
    assertThat(server.asked).isEmpty();
  }

  @Test
  void startsACampaignWithAllThatIsSaid() {
    answer("POST /api/v1/resyncs", "{\"campaign\":\"c1\",\"state\":\"running\"}");

    assertThat(
            server.run(
                "resync", "start", "acme/app", "--format", "oci", "--rate", "5", "--lacks", "b"))
        .isZero();

    assertThat(server.asked)
        .containsExactly(
            "POST /api/v1/resyncs {\"repository\":\"acme/app\",\"formats\":[\"oci\"],"
                + "\"filter\":{\"lacks\":\"b\"},\"rate\":5}");
    assertThat(server.out()).contains("campaign c1 is running", "resync watch c1");
  }

  @Test
  void watchesUntilTheEndAndTellsWhetherItWentWell() {
    answer(
        "GET /api/v1/resyncs/c1",
        "{\"state\":\"done\",\"planned\":4,\"done\":4,\"complete\":true,\"endedAt\":\"x\","
            + "\"results\":{\"changed\":3,\"refused\":1}}");

    assertThat(server.run("resync", "watch", "c1")).isEqualTo(1);

    assertThat(server.out()).contains("done [##############################] 4 of 4", "refused: 1");
  }

  @Test
  void asksAgainWhenThereIsNews() {
    server.answers.put(
        "GET /api/v1/resyncs/c1",
        new StubServer.Answer(
            200, "{\"state\":\"running\",\"planned\":4,\"done\":1}", Map.of("ETag", "W/\"1\"")));
    server.answers.put(
        "GET /api/v1/resyncs/c1?wait=30 W/\"1\"",
        new StubServer.Answer(
            200, "{\"state\":\"running\",\"planned\":4,\"done\":2}", Map.of("ETag", "W/\"2\"")));
    server.answers.put(
        "GET /api/v1/resyncs/c1?wait=30 W/\"2\"",
        new StubServer.Answer(304, "", Map.of("ETag", "W/\"3\"")));
    server.answers.put(
        "GET /api/v1/resyncs/c1?wait=30 W/\"3\"",
        StubServer.Answer.of(
            "{\"state\":\"done\",\"planned\":4,\"done\":4,\"complete\":true,\"endedAt\":\"x\"}"));

    assertThat(server.run("resync", "watch", "c1")).isZero();

    assertThat(server.out().lines()).hasSize(3);
    assertThat(server.asked).hasSize(4);
  }

  @Test
  void goesThroughAllPages() {
    answer(
        "GET /api/v1/dead-letters?n=200&code=UNFORESEEN",
        "{\"letters\":[{\"id\":\"1\",\"detail\":\"\\u001b[31mred\"}],\"next\":\"1\"}");
    answer(
        "GET /api/v1/dead-letters?n=200&code=UNFORESEEN&cursor=1",
        "{\"letters\":[{\"id\":\"2\"}]}");

    assertThat(server.run("dead-letters", "list", "--code", "UNFORESEEN")).isZero();

    assertThat(server.out().lines()).hasSize(3);
    assertThat(server.out()).contains("?[31mred").doesNotContain("\u001b");
  }

  @Test
  void handsInAllAsLongAsThereAreMore() {
    answer("POST /api/v1/dead-letters:replay", "{\"done\":7,\"more\":false}");

    assertThat(server.run("dead-letters", "replay", "--all", "--repository", "acme/app")).isZero();

    assertThat(server.asked)
        .containsExactly("POST /api/v1/dead-letters:replay {\"repository\":\"acme/app\"}");
    assertThat(server.out()).contains("7 letters");
    assertThat(server.run("dead-letters", "replay")).isEqualTo(2);
  }

  @Test
  void saysWhatThePlatformSaysAndWhatToDoNext() {
    server.answers.put(
        "GET /api/v1/resyncs/c1",
        StubServer.Answer.of(401, "{\"detail\":\"the token was revoked\"}"));

    assertThat(server.run("resync", "show", "c1")).isEqualTo(1);
    assertThat(server.err()).contains("the token was revoked", "of this platform");

    server.close();
    assertThat(server.run("resync", "show", "c1")).isEqualTo(3);
    assertThat(server.err()).contains("is the platform running");
  }

  @Test
  void shellsCompleteEveryCommand() {
    assertThat(server.execute(List.of("generate-completion"))).isZero();

    assertThat(server.out())
        .contains("_resync_watch()", "_deadletters_replay()", "_status()", "_tokens_create()")
        .contains("_repositories_create()", "_keys_revoke()", "_audit_verify()");
  }
}
