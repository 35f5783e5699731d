package dev.countermark.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.countermark.conformance.Client.Home;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A Docker engine: the running one, else one that a {@code docker-engine} command can start. One
 * test at a time has it, whatever process it is in: who started the engine stops it.
 */
public final class DockerEngine implements AutoCloseable {
  private final Client docker;
  private final Optional<Client> started;
  private final Home home;
  private final FileChannel turn;

  private DockerEngine(Client docker, Optional<Client> started, Home home, FileChannel turn) {
    this.docker = docker;
    this.started = started;
    this.home = home;
    this.turn = turn;
  }

  /** The engine, or a skipped test that names it. */
  public static DockerEngine require(Home home) {
    Client docker = Client.require("docker");
    FileChannel turn = awaitTurn();
    if (answers(docker, home)) {
      return new DockerEngine(docker, Optional.empty(), home, turn);
    }
    Optional<Client> engine = Client.find("docker-engine");
    boolean started =
        engine
            .map(e -> e.run(home, "start").exitCode() == 0 && answers(docker, home))
            .orElse(false);
    if (!started) {
      close(turn);
      SkippedClients.record("docker (engine)");
    }
    assumeTrue(started, "no Docker engine runs, and none could be started");
    return new DockerEngine(docker, engine, home, turn);
  }

  /** Holds a lock until it is closed; the system takes it back from a process that ends. */
  private static FileChannel awaitTurn() {
    try {
      Path file = Path.of(System.getProperty("java.io.tmpdir"), "countermark-docker-engine.lock");
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.lock();
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(FileChannel turn) {
    try {
      turn.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean answers(Client docker, Home home) {
    return docker.run(home, "version").exitCode() == 0;
  }

  public Command.Result run(String... arguments) {
    return docker.run(home, arguments);
  }

  @Override
  public void close() {
    started.ifPresent(engine -> engine.run(home, "stop"));
    close(turn);
  }
}
