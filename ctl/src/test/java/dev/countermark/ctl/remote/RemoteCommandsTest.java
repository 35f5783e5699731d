package dev.countermark.ctl.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.countermark.ctl.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the commands ask, what they print and what they return. */
class RemoteCommandsTest {
  @TempDir Path folder;

  private final List<String> asked = new ArrayList<>();
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private int status = 200;
  private HttpServer server;
  private Path token;
  private String out;
  private String err;

  @BeforeEach
  void listen() throws IOException {
    token = Files.writeString(folder.resolve("token"), "secret\n");
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
          byte[] body = exchange.getRequestBody().readAllBytes();
          asked.add((request + " " + new String(body, StandardCharsets.UTF_8)).strip());
          assertThat(exchange.getRequestHeaders().getFirst("Authorization"))
              .isEqualTo("Bearer secret");
          byte[] answer = answers.getOrDefault(request, "{}").getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private int run(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(
        List.of(
            "--url",
            "http://127.0.0.1:" + server.getAddress().getPort(),
            "--token-file",
            token.toString()));
    StringWriter printed = new StringWriter();
    StringWriter complained = new StringWriter();
    CommandLine line = Main.commandLine(Clock.systemUTC());
    line.setOut(new PrintWriter(printed, true));
    line.setErr(new PrintWriter(complained, true));
    int code = line.execute(all.toArray(String[]::new));
    out = printed.toString();
    err = complained.toString();
    return code;
  }

  @Test
  void startsACampaignWithAllThatIsSaid() {
    answers.put("POST /api/v1/resyncs", "{\"campaign\":\"c1\",\"state\":\"running\"}");

    assertThat(run("resync", "start", "acme/app", "--format", "oci", "--rate", "5", "--lacks", "b"))
        .isZero();

    assertThat(asked)
        .containsExactly(
            "POST /api/v1/resyncs {\"repository\":\"acme/app\",\"formats\":[\"oci\"],"
                + "\"filter\":{\"lacks\":\"b\"},\"rate\":5}");
    assertThat(out).contains("campaign c1 is running", "resync watch c1");
  }

  @Test
  void watchesUntilTheEndAndTellsWhetherItWentWell() {
    answers.put(
        "GET /api/v1/resyncs/c1",
        "{\"state\":\"done\",\"planned\":4,\"done\":4,\"complete\":true,\"endedAt\":\"x\","
            + "\"results\":{\"changed\":3,\"refused\":1}}");

    assertThat(run("resync", "watch", "c1")).isEqualTo(1);

    assertThat(out).contains("done [##############################] 4 of 4", "refused: 1");
  }

  @Test
  void goesThroughAllPages() {
    answers.put(
        "GET /api/v1/dead-letters?n=200&code=UNFORESEEN",
        "{\"letters\":[{\"id\":\"1\",\"detail\":\"\\u001b[31mred\"}],\"next\":\"1\"}");
    answers.put(
        "GET /api/v1/dead-letters?n=200&code=UNFORESEEN&cursor=1",
        "{\"letters\":[{\"id\":\"2\"}]}");

    assertThat(run("dead-letters", "list", "--code", "UNFORESEEN")).isZero();

    assertThat(out.lines()).hasSize(3);
    assertThat(out).contains("?[31mred").doesNotContain("\u001b");
  }

  @Test
  void handsInAllAsLongAsThereAreMore() {
    answers.put("POST /api/v1/dead-letters:replay", "{\"done\":7,\"more\":false}");

    assertThat(run("dead-letters", "replay", "--all", "--repository", "acme/app")).isZero();

    assertThat(asked)
        .containsExactly("POST /api/v1/dead-letters:replay {\"repository\":\"acme/app\"}");
    assertThat(out).contains("7 letters");
    assertThat(run("dead-letters", "replay")).isEqualTo(2);
  }

  @Test
  void saysWhatThePlatformSaysAndWhatToDoNext() {
    status = 401;
    answers.put("GET /api/v1/resyncs/c1", "{\"detail\":\"the token was revoked\"}");

    assertThat(run("resync", "show", "c1")).isEqualTo(1);
    assertThat(err).contains("the token was revoked", "of this platform");

    server.stop(0);
    assertThat(run("resync", "show", "c1")).isEqualTo(3);
    assertThat(err).contains("is the platform running");
  }
}
