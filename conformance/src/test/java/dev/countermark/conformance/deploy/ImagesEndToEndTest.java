package dev.countermark.conformance.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStoreContract;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Courses;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.FormatCase;
import dev.countermark.conformance.FreePorts;
import dev.countermark.conformance.Platform;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * The images of the services, with the images of MinIO and Kafka that we name, as whoever has a
 * deployment of his own puts them together.
 */
class ImagesEndToEndTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String SECRET = "images-end-to-end-secret-of-a-test";
  private static final String CONFIG = "/config/application.properties";
  private static final int S3 = 9000;
  private static final int PUSHES = 3;

  @TempDir private static Path folder;

  private static final List<AutoCloseable> RUNNING = new ArrayList<>();
  private static GenericContainer<?> minio;
  private static Network network;

  @BeforeAll
  static void start() throws IOException {
    for (String program : List.of("minio", "prometheus", "promtool")) {
      Client.require(program);
    }
    Client.Home home = Client.Home.create(folder, Map.of());
    RUNNING.add(DockerEngine.require(home));
    BuiltImages.makeRuntime(home);
    BuiltImages.makeStandIns(home);
    BuiltImages.build(home);
    network = Network.newNetwork();
    RUNNING.add(0, network);
    minio = container("minio/minio:RELEASE.2025-09-07T16-13-09Z", "minio");
    minio
        .withCommand("server", "/data")
        .withEnv("MINIO_ROOT_USER", "test")
        .withEnv("MINIO_ROOT_PASSWORD", SECRET)
        .withExposedPorts(S3)
        .waitingFor(Wait.forHttp("/minio/health/ready").forPort(S3))
        .start();
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable each : RUNNING) {
      each.close();
    }
  }

  private static GenericContainer<?> container(String image, String name) {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withNetwork(network)
            .withNetworkAliases(name)
            .withStartupTimeout(LIMIT);
    RUNNING.add(0, container);
    return container;
  }

  private static GenericContainer<?> service(
      String image, Map<String, String> settings, int health) {
    String lines =
        settings.entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue() + "\n")
            .collect(Collectors.joining());
    return container("countermark/" + image + ":0.1.0", image)
        .withCopyToContainer(Transferable.of(lines), CONFIG)
        .withEnv("SMALLRYE_CONFIG_LOCATIONS", CONFIG)
        .withExposedPorts(health)
        .waitingFor(Wait.forHttp("/q/health/ready").forPort(health).withStartupTimeout(LIMIT));
  }

  private static Map<String, String> stored(String bucket) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("countermark.store.endpoint", "http://minio:" + S3);
    settings.put("countermark.store.bucket", bucket);
    settings.put("countermark.store.access-key", "test");
    settings.put("countermark.store.secret-key", SECRET);
    return settings;
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> keyService() {
    Map<String, String> settings = stored("countermark-keys");
    settings.put("countermark.keyservice.root-secret", sha256(SECRET));
    String client = "countermark.keyservice.clients.test.";
    settings.put(client + "credential-sha256", sha256(SECRET));
    settings.put(
        client + "purposes",
        FormatCase.all().stream().map(FormatCase::label).collect(Collectors.joining(",")));
    settings.put(client + "may-sign", "true");
    return settings;
  }

  private static Map<String, String> packagesSide(URI url) {
    Map<String, String> settings = stored("countermark-packages");
    settings.put("countermark.keys.url", "http://key-service:8081");
    settings.put("countermark.keys.credential", SECRET);
    settings.put("countermark.public-url", url.toString());
    settings.put("kafka.bootstrap.servers", "kafka:9092");
    return settings;
  }

  private static void startKafka() {
    container("apache/kafka:4.1.1", "kafka")
        .withEnv("CLUSTER_ID", "Q291bnRlcm1hcmtUZXN0MQ")
        .withEnv("KAFKA_HEAP_OPTS", "-Xmx384m")
        .withEnv("KAFKA_NODE_ID", "1")
        .withEnv("KAFKA_PROCESS_ROLES", "broker,controller")
        .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093")
        .withEnv("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
        .withEnv("KAFKA_LISTENERS", "PLAINTEXT://:9092,CONTROLLER://:9093")
        .withEnv("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka:9092")
        .withEnv("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT")
        .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
        .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
        .withExposedPorts(9092)
        .waitingFor(Wait.forListeningPort())
        .start();
  }

  @Test
  void signWhatIsPushed() throws Exception {
    URI url = URI.create("http://localhost:" + FreePorts.forPlatform());
    startKafka();
    service("key-service", keyService(), 8081).start();
    service("signer", packagesSide(url), 8082).start();
    Map<String, String> settings = packagesSide(url);
    settings.put("countermark.gateway.admin-token", SECRET);
    settings.put("countermark.gateway.secret", sha256(SECRET));
    settings.put("countermark.gateway.spool", "/tmp/spool");
    GenericContainer<?> gateway = service("upload-gateway", settings, 9000);
    gateway.setPortBindings(List.of(url.getPort() + ":8080"));
    gateway.start();

    try (Platform platform = Platform.at(url, SECRET);
        Courses courses = new Courses(platform, Courses.Patience.NONE)) {
      courses.push(0, PUSHES);
      courses.assertAllSignedOnce();
    }
    assertThat(gateway.getLogs()).contains("Listening on").doesNotContain(SECRET);
  }

  /** The contract of the object store, on MinIO's image. */
  @Nested
  class Store extends BlobStoreContract {
    private static S3BlobStore store;

    @BeforeAll
    static void open() {
      URI endpoint = URI.create("http://" + minio.getHost() + ":" + minio.getMappedPort(S3));
      store = S3BlobStore.open(new S3Settings(endpoint, "us-east-1", "contract", "test", SECRET));
    }

    @AfterAll
    static void close() {
      store.close();
    }

    @Override
    protected BlobStore store() {
      return store;
    }
  }
}
