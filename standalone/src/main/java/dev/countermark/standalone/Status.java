package dev.countermark.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks at the processes of a platform, and asks those that can tell how they are. */
@Command(
    name = "status",
    description = "Tells how each part of a platform is; ends with 1 when not all are ready.")
final class Status implements java.util.concurrent.Callable<Integer> {
  private static final List<String> PARTS =
      List.of("broker", "store", "key-service", "signer", "upload-gateway");

  /** The parts' own checks take two seconds at most. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  @Mixin private Main.DataOption where;

  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * @param how for people
   */
  private record Condition(boolean ready, String how) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    DataDirectory data = DataDirectory.at(where.data);
    if (data.process("launcher").isEmpty()) {
      throw new UserError(
          "no platform runs on " + data.root() + ": start one with ./run --data " + where.data);
    }
    boolean ready = true;
    for (String part : PARTS) {
      Condition condition = condition(data, part);
      ready &= condition.ready();
      Main.OUT.printf("%-15s %s%n", part, condition.how());
    }
    return ready ? 0 : 1;
  }

  private Condition condition(DataDirectory data, String part)
      throws IOException, InterruptedException {
    Optional<ProcessHandle> process = data.process(part);
    if (process.isEmpty()) {
      return new Condition(
          false,
          "does not run; it is started again and again, its log says why it ends: "
              + data.log(part));
    }
    String running = "runs (process " + process.get().pid() + ")";
    Optional<Integer> port = managementPort(data.root().resolve("config"), part);
    return port.isEmpty()
        ? new Condition(true, running)
        : asked(port.get(), running, data.log(part));
  }

  private static Optional<Integer> managementPort(Path config, String part) throws IOException {
    Path file = config.resolve(part + ".properties");
    Properties settings = new Properties();
    if (Files.exists(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        settings.load(in);
      }
    }
    return Optional.ofNullable(settings.getProperty("quarkus.management.port"))
        .or(() -> Optional.ofNullable(settings.getProperty("quarkus.http.port")))
        .map(Integer::valueOf);
  }

  private Condition asked(int port, String running, Path log) throws InterruptedException {
    try {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready"))
                  .timeout(PATIENCE)
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() == 200) {
        return new Condition(true, running + " and is ready");
      }
      return new Condition(
          false, running + " and is not ready: " + String.join("; ", down(answer.body())));
    } catch (IOException | Json.MalformedJsonException e) {
      return new Condition(false, running + " and does not answer; its log: " + log);
    }
  }

  private static List<String> down(byte[] health) {
    List<String> down = new ArrayList<>();
    for (JsonNode check : Json.read(health, JsonNode.class).path("checks")) {
      if (!"UP".equals(check.path("status").asText())) {
        down.add(
            check.path("name").asText() + " (" + check.path("data").path("reason").asText() + ")");
      }
    }
    return down;
  }
}
