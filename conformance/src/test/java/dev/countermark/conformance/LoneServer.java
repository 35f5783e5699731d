package dev.countermark.conformance;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The store or the broker of a platform that is stopped: as if somebody else operated them. */
final class LoneServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Process process;

  private LoneServer(Process process) {
    this.process = process;
  }

  /**
   * On the port that it had.
   *
   * @param platform of this run, stopped
   */
  static LoneServer store(Platform platform) throws IOException {
    Path data = platform.requireData();
    return start(
        platform,
        "store",
        "dev.countermark.standalone.store.StoreServer",
        endpoint(platform).getPort(),
        List.of(
            data.resolve("objects").toString(),
            Integer.toString(endpoint(platform).getPort()),
            data.resolve("config/store.properties").toString()));
  }

  /**
   * On the port that it had.
   *
   * @param platform of this run, stopped
   */
  static LoneServer broker(Platform platform) throws IOException {
    String address = platform.setting(Platform.SIGNER, "kafka.bootstrap.servers").orElseThrow();
    int port = URI.create("kafka://" + address).getPort();
    return start(
        platform,
        "broker",
        "dev.countermark.standalone.broker.BrokerServer",
        port,
        List.of(
            platform.requireData().resolve("kafka").toString(),
            Integer.toString(port),
            Integer.toString(FreePorts.forPlatform())));
  }

  private static LoneServer start(
      Platform platform, String name, String program, int port, List<String> arguments)
      throws IOException {
    Path target = ProjectFiles.root().resolve("standalone").resolve(name).resolve("target");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", target + "/*" + File.pathSeparator + target + "/lib/*"));
    command.add(program);
    command.addAll(arguments);
    Path log = platform.requireData().resolve("logs/lone-" + name + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    LoneServer server = new LoneServer(process);
    try {
      await("the " + name + " listens").atMost(PATIENCE).until(() -> listens(port));
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static URI endpoint(Platform platform) {
    return URI.create(
        platform.setting("upload-gateway", "countermark.store.endpoint").orElseThrow());
  }

  /** What makes the AWS command line know both buckets, by the profiles that pages name. */
  static Map<String, String> profiles(Platform platform) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String identity : List.of("packages", "keys")) {
      Path secret = platform.requireData().resolve("secrets/store-" + identity);
      text.append("[profile ").append(identity).append("]\nregion = us-east-1\n");
      text.append("endpoint_url = ").append(endpoint(platform)).append('\n');
      text.append("aws_access_key_id = ").append(identity).append('\n');
      text.append("aws_secret_access_key = ").append(Files.readString(secret).strip());
      text.append("\nrequest_checksum_calculation = when_required\n\n");
    }
    Path file = Files.writeString(platform.scratch().resolve("aws-config"), text);
    return Map.of(
        "AWS_CONFIG_FILE",
        file.toString(),
        "AWS_SHARED_CREDENTIALS_FILE",
        platform.scratch().resolve("no-credentials").toString());
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
