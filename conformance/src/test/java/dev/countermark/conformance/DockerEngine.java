package dev.countermark.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.countermark.conformance.Client.Home;
import java.util.Optional;

/** A Docker engine: the running one, else one that a {@code docker-engine} command can start. */
public final class DockerEngine implements AutoCloseable {
  private final Client docker;
  private final Optional<Client> started;
  private final Home home;

  private DockerEngine(Client docker, Optional<Client> started, Home home) {
    this.docker = docker;
    this.started = started;
    this.home = home;
  }

  /** The engine, or a skipped test that names it. */
  public static DockerEngine require(Home home) {
    Client docker = Client.require("docker");
    if (answers(docker, home)) {
      return new DockerEngine(docker, Optional.empty(), home);
    }
    Optional<Client> engine = Client.find("docker-engine");
    boolean started =
        engine
            .map(e -> e.run(home, "start").exitCode() == 0 && answers(docker, home))
            .orElse(false);
    if (!started) {
      SkippedClients.record("docker (engine)");
    }
    assumeTrue(started, "no Docker engine runs, and none could be started");
    return new DockerEngine(docker, engine, home);
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
  }
}
