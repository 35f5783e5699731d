package dev.countermark.standalone.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countermark.standalone.RunningPlatform;
import dev.countermark.standalone.StandaloneFormat;
import dev.countermark.standalone.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the platform: pushes, waits for the signatures, verifies them, and prints a table. */
@Command(
    name = "demo",
    description =
        "Pushes samples, waits until they are signed, verifies them; non-zero on failure.")
public final class Demo implements Callable<Integer> {
  private static final PrintStream OUT = new PrintStream(System.out, true, UTF_8);
  private static final String REPOSITORY = "demo/hello";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Use the platform that runs there (default: start one on temporary data).")
  private Path data;

  private final List<StandaloneFormat> formats = StandaloneFormat.all();

  @Override
  public Integer call() throws Exception {
    try (Checks checks = new Checks(OUT, Clients::onPath)) {
      try (RunningPlatform platform =
          data == null ? RunningPlatform.startTemporary(checks::say) : RunningPlatform.at(data)) {
        show(platform, checks);
      }
      checks.print();
      OUT.println(
          checks.failed() == 0
              ? "all " + checks.count() + " checks passed"
              : "FAILED: " + checks.failed() + " checks");
      return checks.failed() == 0 ? 0 : 1;
    }
  }

  /** Does all of it that needs no client, and says nothing. */
  public void exercise(RunningPlatform platform) throws IOException, InterruptedException {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (Checks checks = new Checks(nowhere, program -> Optional.empty())) {
      show(platform, checks);
    }
  }

  private void show(RunningPlatform platform, Checks checks)
      throws IOException, InterruptedException {
    createRepository(platform);
    for (StandaloneFormat format : formats) {
      format.demonstrate(platform, REPOSITORY, checks);
    }
  }

  /** Everybody may read: verifiers have no credentials. */
  private void createRepository(RunningPlatform platform) throws IOException, InterruptedException {
    String settings =
        formats.stream()
            .map(format -> "\"" + format.label() + "\":" + format.openSettings())
            .collect(Collectors.joining(",", "{\"settings\":{", "}}"));
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(platform.addresses().url() + "/api/v1/repositories/" + REPOSITORY))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Bearer " + platform.adminToken())
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(settings))
            .build();
    HttpResponse<String> answer =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build()
            .send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new UserError(
          "the repository "
              + REPOSITORY
              + " cannot be made: "
              + answer.statusCode()
              + ": "
              + answer.body());
    }
  }
}
