package dev.countermark.testkit.servers;

import java.nio.file.Path;

/** A real Kafka broker in a JVM of its own, on a free port; services make their topics. */
public final class EmbeddedBroker implements AutoCloseable {
  private static EmbeddedBroker shared;

  private final int port = ServerProcess.freePort();
  private final ServerProcess process;

  private EmbeddedBroker() {
    Path data = ServerProcess.temporaryDirectory("broker");
    process =
        new ServerProcess(
            "broker",
            "dev.countermark.standalone.broker.BrokerServer",
            data.resolve("errors.log"),
            data.resolve("log").toString(),
            Integer.toString(port),
            Integer.toString(ServerProcess.freePort()));
  }

  public static EmbeddedBroker start() {
    EmbeddedBroker broker = new EmbeddedBroker();
    broker.process.start();
    return broker;
  }

  /** One broker for all tests of this JVM; ends with it. */
  public static synchronized EmbeddedBroker shared() {
    if (shared == null) {
      shared = start();
    }
    return shared;
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** SIGKILL; the data stay. */
  public void kill() {
    process.kill();
  }

  /** Starts it again on the same port and data, after {@link #kill} or {@link #close}. */
  public void restart() {
    process.start();
  }

  @Override
  public void close() {
    process.stop();
  }
}
