package dev.countermark.standalone.broker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Starts a single-node Kafka: {@code BrokerServer DATA_DIR PORT[:ADVERTISED] CONTROLLER_PORT},
 * where clients are told another port than its own if they reach it by a detour. Formats the
 * directory on first use, then prints {@code broker ready} on standard output; whoever uses it
 * makes the topics. Stops on SIGTERM.
 */
public final class BrokerServer {
  private static final String CONTROLLER = "CONTROLLER";

  private BrokerServer() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      System.err.println("usage: BrokerServer DATA_DIR PORT[:ADVERTISED] CONTROLLER_PORT");
      System.exit(2);
    }
    Path data = Path.of(args[0]).toAbsolutePath();
    String[] ports = args[1].split(":", 2);
    int port = Integer.parseInt(ports[0]);
    int advertised = Integer.parseInt(ports[ports.length - 1]);
    int controllerPort = Integer.parseInt(args[2]);
    format(data);
    var server =
        new KafkaRaftServer(
            KafkaConfig.fromProps(properties(data, port, advertised, controllerPort)), Time.SYSTEM);
    server.startup();
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.shutdown();
                  stopped.countDown();
                },
                "broker-shutdown"));
    System.out.println("broker ready on 127.0.0.1:" + port);
    stopped.await();
  }

  private static void format(Path data) throws Exception {
    Files.createDirectories(data);
    if (Files.exists(data.resolve("meta.properties"))) {
      return;
    }
    new Formatter()
        .setPrintStream(System.err)
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .setDirectories(List.of(data.toString()))
        .setMetadataLogDirectory(data.toString())
        .setControllerListenerName(CONTROLLER)
        .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setHasDynamicQuorum(false)
        .run();
  }

  static Properties properties(Path data, int port, int advertised, int controllerPort) {
    Properties p = new Properties();
    p.put("node.id", "1");
    p.put("process.roles", "broker,controller");
    p.put("controller.listener.names", CONTROLLER);
    p.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    p.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:" + port + "," + CONTROLLER + "://127.0.0.1:" + controllerPort);
    p.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + advertised);
    p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
    p.put("inter.broker.listener.name", "PLAINTEXT");
    p.put("log.dirs", data.toString());
    // One node: every internal topic has one replica.
    p.put("offsets.topic.replication.factor", "1");
    p.put("offsets.topic.num.partitions", "4");
    p.put("transaction.state.log.replication.factor", "1");
    p.put("transaction.state.log.min.isr", "1");
    p.put("share.coordinator.state.topic.replication.factor", "1");
    p.put("share.coordinator.state.topic.min.isr", "1");
    p.put("min.insync.replicas", "1");
    p.put("auto.create.topics.enable", "false");
    p.put("group.initial.rebalance.delay.ms", "0");
    // A consumer that was killed frees its partitions soon.
    p.put("group.min.session.timeout.ms", "3000");
    // After a crash the broker must wait for its old registration to expire.
    p.put("broker.session.timeout.ms", "3000");
    p.put("broker.heartbeat.interval.ms", "500");
    p.put("log.cleaner.dedupe.buffer.size", "2097152");
    p.put("log.retention.hours", "168");
    p.put("message.max.bytes", "1048576");
    return p;
  }
}
