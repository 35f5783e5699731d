package dev.countermark.bench.oci;

import dev.countermark.bench.Poll;
import dev.countermark.bench.Programs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The peer for push throughput: the distribution registry on a plain directory. */
record DockerRegistry(Process process, URI url) implements AutoCloseable {
  static DockerRegistry start(Path program, Path scratch) throws IOException {
    int port = Programs.freePort();
    Path directory = Files.createDirectories(scratch.resolve("docker-registry"));
    Path config =
        Files.writeString(
            directory.resolve("config.yml"),
            String.join(
                "\n",
                "version: 0.1",
                "log: {level: error, accesslog: {disabled: true}}",
                "storage: {filesystem: {rootdirectory: " + directory.resolve("store") + "}}",
                "http: {addr: \"127.0.0.1:" + port + "\"}",
                ""));
    Process process =
        new ProcessBuilder(List.of(program.toString(), "serve", config.toString()))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    DockerRegistry registry = new DockerRegistry(process, URI.create("http://127.0.0.1:" + port));
    Poll.until("docker-registry answers", registry::answers);
    return registry;
  }

  private boolean answers() {
    try (java.net.Socket socket = new java.net.Socket(url.getHost(), url.getPort())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
