package dev.countermark.blobs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real MinIO, where {@code minio} is on the PATH. */
class MinioS3BlobStoreTest extends BlobStoreContract {
  private static final String USER = "contract";
  private static final String PASSWORD = "contract-secret-for-tests";

  @TempDir static Path data;
  private static Process server;
  private static S3BlobStore store;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> program = find("minio");
    if (program.isEmpty()) {
      System.err.println("SKIPPED: minio is not on the PATH; its contract is not tested here");
    }
    assumeTrue(program.isPresent(), "minio is not on the PATH");
    int port = freePort();
    ProcessBuilder command =
        new ProcessBuilder(
            program.orElseThrow().toString(),
            "server",
            "--quiet",
            "--address",
            "127.0.0.1:" + port,
            data.resolve("objects").toString());
    command
        .environment()
        .putAll(
            Map.of(
                "MINIO_ROOT_USER",
                USER,
                "MINIO_ROOT_PASSWORD",
                PASSWORD,
                "HOME",
                data.toString(),
                "MINIO_BROWSER",
                "off"));
    Path log = data.resolve("minio.log");
    server = command.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    S3Settings settings =
        new S3Settings(
            URI.create("http://127.0.0.1:" + port), "us-east-1", "contract", USER, PASSWORD);
    store =
        Awaitility.await("minio")
            .atMost(Duration.ofSeconds(60))
            .ignoreExceptions()
            .until(() -> S3BlobStore.open(settings), opened -> opened.get("none").isEmpty());
  }

  private static Optional<Path> find(String program) {
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(Optional.ofNullable(System.getenv("PATH")).orElse(""))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @AfterAll
  static void stop() {
    if (store != null) {
      store.close();
    }
    if (server != null) {
      server.destroy();
      Awaitility.await("minio's end").atMost(Duration.ofSeconds(30)).until(() -> !server.isAlive());
    }
  }

  @Override
  protected BlobStore store() {
    return store;
  }
}
