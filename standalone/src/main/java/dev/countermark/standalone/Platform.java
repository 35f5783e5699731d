package dev.countermark.standalone;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.KeyTerms;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The running platform: a broker, a store and the services, each a process of its own. All but the
 * gateway listen on the loopback interface only, on ports found at start. Secrets reach them in
 * files that only their owner can read.
 */
final class Platform implements AutoCloseable {
  static final String PACKAGES_BUCKET = "countermark-packages";
  static final String KEYS_BUCKET = "countermark-keys";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** Who makes an archive of his classes takes some seconds of a processor. */
  private static final Duration ARCHIVE_GRACE = Duration.ofSeconds(60);

  private static final String SERVICE_HEAP = "256m";

  /** Main class of a Quarkus application's {@code quarkus-run.jar}. */
  private static final String SERVICE_MAIN = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";

  /** What the key service knows whoever runs the platform by. */
  private static final String OPERATOR = "operator";

  private static final int DEATHS_BEFORE_GIVING_UP = 5;

  /**
   * @param host interface the gateway listens on
   * @param port port the gateway listens on
   * @param publicUrl what clients call the gateway, without a trailing slash
   * @param httpsPort port the gateway listens on with TLS; 0 for none
   * @param publicHttpsUrl what clients call the gateway over TLS; absent without TLS
   * @param heaps of parts that shall have another one than usual, as {@code -Xmx} takes it
   * @param arrangement of the parts
   */
  record Settings(
      String host,
      int port,
      String publicUrl,
      int httpsPort,
      Optional<String> publicHttpsUrl,
      Map<String, String> heaps,
      Arrangement arrangement) {}

  private final Installation installation;
  private final ClassArchives archives;
  private final DataDirectory data;
  private final Settings settings;
  private final Consumer<String> report;
  private final List<Child> infrastructure = new ArrayList<>();
  private final List<Child> services = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private Optional<LocalTls> tls = Optional.empty();

  /** Lost when nothing refers to it any more; absent: what runs on the data is not ours. */
  private FileLock held;

  Platform(
      Installation installation,
      ClassArchives archives,
      DataDirectory data,
      Settings settings,
      Consumer<String> report) {
    this.installation = installation;
    this.archives = archives;
    this.data = data;
    this.settings = settings;
    this.report = report;
  }

  String adminToken() throws IOException {
    return DataDirectory.read(data.secret("admin-token"));
  }

  /**
   * Starts everything and returns when the gateway, the signer and the key service are ready.
   *
   * @throws UserError when the port is taken, another launcher holds the data, or a part does not
   *     start
   */
  void start() throws IOException {
    held = data.lock();
    report.accept("data in " + data.root());
    awaitLeftovers();
    Ports.requireFree(settings.host(), settings.port());
    if (settings.httpsPort() > 0) {
      Ports.requireFree(settings.host(), settings.httpsPort());
      tls = Optional.of(LocalTls.of(data, tlsNames()));
    }
    data.writePid("launcher", ProcessHandle.current().pid());
    Arrangement arrangement = settings.arrangement();
    Iterator<Integer> ports = Ports.free(4 + arrangement.signers() + 3 * arrangement.gateways());
    int brokerPort = ports.next();
    int storePort = ports.next();
    int keysPort = ports.next();
    int brokerAddress = arrangement.detour().around("broker", brokerPort);
    int storeAddress = arrangement.detour().around("store", storePort);
    int keysAddress = arrangement.detour().around("key-service", keysPort);

    infrastructure.add(
        server(
            "broker",
            "dev.countermark.standalone.broker.BrokerServer",
            "384m",
            data.directory("kafka").toString(),
            brokerPort + ":" + brokerAddress,
            Integer.toString(ports.next())));
    infrastructure.add(
        server(
            "store",
            "dev.countermark.standalone.store.StoreServer",
            "512m",
            data.directory("objects").toString(),
            Integer.toString(storePort),
            storeCredentials().toString()));
    for (Child child : infrastructure) {
      child.start();
    }
    await("the object store", infrastructure, () -> Ports.listens("127.0.0.1", storePort));

    services.add(service("key-service", 1, "key-service", keyService(keysPort, storeAddress)));
    List<Integer> ready = new ArrayList<>(List.of(keysPort));
    for (int number = 1; number <= arrangement.signers(); number++) {
      ready.add(ports.next());
      services.add(
          service(
              "signer",
              number,
              "signer-service/app",
              signer(last(ready), storeAddress, brokerAddress, keysAddress)));
    }
    for (int number = 1; number <= arrangement.gateways(); number++) {
      ready.add(ports.next());
      Map<String, String> gateway =
          gateway(last(ready), storeAddress, brokerAddress, keysAddress, number);
      if (number > 1) {
        gateway.put("quarkus.http.port", ports.next().toString());
        gateway.computeIfPresent("quarkus.http.ssl-port", (key, first) -> ports.next().toString());
      }
      services.add(service("upload-gateway", number, "upload-gateway/app", gateway));
    }
    for (Child child : services) {
      child.start();
    }
    await("the broker", infrastructure, () -> Ports.listens("127.0.0.1", brokerPort));
    for (int i = 0; i < ready.size(); i++) {
      int port = ready.get(i);
      await("the " + services.get(i).name(), services, () -> ready(port));
    }
    await("the gateway", services, () -> Ports.listens(own(), settings.port()));
    DataDirectory.writePrivate(
        data.endpointFile(),
        "COUNTERMARK_URL="
            + settings.publicUrl()
            + "\nCOUNTERMARK_ADMIN_TOKEN="
            + adminToken()
            + "\nCOUNTERMARK_MANAGEMENT_URL=http://127.0.0.1:"
            + ready.get(ready.size() - arrangement.gateways())
            + "\nCOUNTERMARK_KAFKA=127.0.0.1:"
            + brokerAddress
            + "\nCOUNTERMARK_KEYS_URL=http://127.0.0.1:"
            + keysPort
            + "\nCOUNTERMARK_KEYS_TOKEN_FILE="
            + credential(OPERATOR)
            + "\n"
            + settings.publicHttpsUrl().map(u -> "COUNTERMARK_HTTPS_URL=" + u + "\n").orElse("")
            + tls.map(t -> "COUNTERMARK_TLS_CA=" + t.authority() + "\n").orElse(""));
  }

  private static int last(List<Integer> ports) {
    return ports.get(ports.size() - 1);
  }

  /** Where a client finds the authority of our own TLS certificate. */
  Optional<Path> tlsAuthority() {
    return tls.map(LocalTls::authority);
  }

  private List<String> tlsNames() {
    Set<String> names = new LinkedHashSet<>(List.of("localhost", "127.0.0.1"));
    if (!"0.0.0.0".equals(settings.host())) {
      names.add(settings.host());
    }
    settings.publicHttpsUrl().map(u -> URI.create(u).getHost()).ifPresent(names::add);
    return List.copyOf(names);
  }

  private Path storeCredentials() throws IOException {
    return data.properties(
        "store",
        Map.of(
            "packages.bucket",
            PACKAGES_BUCKET,
            "packages.access-key",
            "packages",
            "packages.secret-key",
            DataDirectory.read(data.secret("store-packages")),
            "keys.bucket",
            KEYS_BUCKET,
            "keys.access-key",
            "keys",
            "keys.secret-key",
            DataDirectory.read(data.secret("store-keys"))));
  }

  private Map<String, String> store(int port, String bucket, String identity) throws IOException {
    Map<String, String> p = new LinkedHashMap<>();
    p.put("countermark.store.endpoint", "http://127.0.0.1:" + port);
    p.put("countermark.store.bucket", bucket);
    p.put("countermark.store.access-key", identity);
    p.put("countermark.store.secret-key-file", data.secret("store-" + identity).toString());
    return p;
  }

  private Map<String, String> keyService(int port, int storePort) throws IOException {
    Map<String, String> p = store(storePort, KEYS_BUCKET, "keys");
    p.put("quarkus.http.host", "127.0.0.1");
    p.put("quarkus.http.port", Integer.toString(port));
    p.put(
        "countermark.keyservice.root-secret-file",
        data.secret("keys-root", "objects/" + KEYS_BUCKET).toString());
    for (Format<?, ?> format : Formats.all()) {
      keyServiceClient(p, signer(format), format.label(), "may-sign", "true");
    }
    String all = Formats.all().stream().map(Format::label).collect(Collectors.joining(","));
    keyServiceClient(p, "upload-gateway", all, "may-sign", "false");
    keyServiceClient(p, OPERATOR, all, "may-rotate", "true");
    p.put("countermark.keyservice.clients." + OPERATOR + ".may-audit", "true");
    if (settings.publicUrl().startsWith("http:")) {
      for (Format<?, ?> format : Formats.all()) {
        format
            .key()
            .certification()
            .filter(terms -> terms.revocation() == KeyTerms.Revocation.LIST)
            .ifPresent(
                terms ->
                    p.put(
                        "countermark.keyservice.ca." + format.label() + ".crl-url",
                        settings.publicUrl()));
      }
    }
    return p;
  }

  private void keyServiceClient(
      Map<String, String> p, String client, String purposes, String right, String value)
      throws IOException {
    String prefix = "countermark.keyservice.clients." + client + ".";
    p.put(prefix + "credential-sha256", sha256(DataDirectory.read(credential(client))));
    p.put(prefix + "purposes", purposes);
    p.put(prefix + right, value);
  }

  /** What the key service knows the signer by for the purpose of a format. */
  private static String signer(Format<?, ?> format) {
    return "signer-" + format.label();
  }

  private Path credential(String client) throws IOException {
    return data.secret("key-service-credential-" + client);
  }

  private Map<String, String> signer(int port, int storePort, int brokerPort, int keysPort)
      throws IOException {
    Map<String, String> p = store(storePort, PACKAGES_BUCKET, "packages");
    p.put("countermark.keys.url", "http://127.0.0.1:" + keysPort);
    for (Format<?, ?> format : Formats.all()) {
      p.put(
          "countermark.keys.credential-files." + format.label(),
          credential(signer(format)).toString());
    }
    p.put("quarkus.http.host", "127.0.0.1");
    p.put("quarkus.http.port", Integer.toString(port));
    p.put("kafka.bootstrap.servers", "127.0.0.1:" + brokerPort);
    publicUrls(p);
    return p;
  }

  private void publicUrls(Map<String, String> p) {
    p.put("countermark.public-url", settings.publicUrl());
    settings.publicHttpsUrl().ifPresent(url -> p.put("countermark.public-https-url", url));
  }

  private Map<String, String> gateway(
      int managementPort, int storePort, int brokerPort, int keysPort, int number)
      throws IOException {
    Map<String, String> p = store(storePort, PACKAGES_BUCKET, "packages");
    p.put("countermark.keys.url", "http://127.0.0.1:" + keysPort);
    p.put("countermark.keys.credential-file", credential("upload-gateway").toString());
    p.put("quarkus.http.host", settings.host());
    p.put("quarkus.http.port", Integer.toString(settings.port()));
    p.put("quarkus.management.host", "127.0.0.1");
    p.put("quarkus.management.port", Integer.toString(managementPort));
    p.put("kafka.bootstrap.servers", "127.0.0.1:" + brokerPort);
    publicUrls(p);
    p.put(
        "countermark.gateway.spool",
        data.directory(Arrangement.replica("spool", number)).toString());
    p.put("quarkus.log.category.\"access-log\".handlers", "access-file");
    p.put("quarkus.log.handler.file.access-file.enable", "true");
    p.put(
        "quarkus.log.handler.file.access-file.path",
        data.log(Arrangement.replica("access", number)).toString());
    if (tls.isPresent()) {
      p.put("quarkus.http.ssl-port", Integer.toString(settings.httpsPort()));
      p.put("quarkus.http.insecure-requests", "enabled");
      p.put("quarkus.http.tls-configuration-name", "local");
      p.put("quarkus.tls.local.key-store.pem.server.cert", tls.get().certificate().toString());
      p.put("quarkus.tls.local.key-store.pem.server.key", tls.get().key().toString());
    }
    p.put("countermark.gateway.admin-token-file", data.secret("admin-token").toString());
    p.put("countermark.gateway.secret-file", data.secret("gateway").toString());
    return p;
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private Child server(String name, String mainClass, String heap, String... arguments) {
    List<String> command = java(name, heap);
    command.addAll(program(installation.server(name), mainClass));
    command.addAll(List.of(arguments));
    return new Child(name, command, data.root(), data, report);
  }

  /**
   * @param number among those of its kind, from 1 on
   * @param folder that it is built in
   */
  private Child service(String part, int number, String folder, Map<String, String> properties)
      throws IOException {
    String name = Arrangement.replica(part, number);
    Path jar = installation.service(folder);
    List<String> command = java(part, SERVICE_HEAP);
    command.add("-Dsmallrye.config.locations=" + data.properties(name, properties).toUri());
    command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
    command.addAll(program(jar.toString(), SERVICE_MAIN));
    return new Child(name, command, data.root(), data, report);
  }

  /**
   * @param heap where the settings say nothing else
   */
  private List<String> java(String part, String heap) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + settings.heaps().getOrDefault(part, heap));
    command.addAll(settings.arrangement().javaOptions());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-XX:-HeapDumpOnOutOfMemoryError");
    command.addAll(archives.options(part));
    return command;
  }

  private List<String> program(String classPath, String mainClass) {
    return List.of(
        "-cp",
        installation.parentWatch() + File.pathSeparator + classPath,
        "dev.countermark.standalone.parentwatch.ParentWatch",
        mainClass);
  }

  /** Children of a launcher that was killed end by themselves; not before that may we start. */
  private void awaitLeftovers() {
    List<String> names = new ArrayList<>(List.of("upload-gateway", "signer"));
    // An earlier state had a signer per format.
    Formats.all().forEach(format -> names.add(signer(format)));
    names.addAll(List.of("key-service", "store", "broker"));
    for (String name : names) {
      data.process(name)
          .ifPresent(
              left -> {
                report.accept("waiting for " + name + " of an earlier run to end");
                left.destroy();
                if (!poll(GRACE, () -> !left.isAlive())) {
                  left.destroyForcibly();
                  poll(GRACE, () -> !left.isAlive());
                }
              });
    }
  }

  private void await(String what, List<Child> children, BooleanSupplier ready) {
    boolean done =
        poll(
            PATIENCE,
            () -> {
              for (Child child : children) {
                if (child.deaths() >= DEATHS_BEFORE_GIVING_UP) {
                  throw new UserError(
                      child.name() + " does not start; its log says why: " + child.logFile());
                }
              }
              return ready.getAsBoolean();
            });
    if (!done) {
      throw new UserError(
          what
              + " was not ready within "
              + PATIENCE.toSeconds()
              + " s; see the logs in "
              + data.root().resolve("logs"));
    }
  }

  private static boolean poll(Duration patience, BooleanSupplier condition) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    return true;
  }

  /** The interface of the gateway, as we reach it. */
  private String own() {
    return "0.0.0.0".equals(settings.host()) ? "127.0.0.1" : settings.host();
  }

  private boolean ready(int port) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready"))
              .timeout(Duration.ofSeconds(5))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Stops all children: first who writes, then what is written to. */
  @Override
  public synchronized void close() {
    if (held == null) {
      return;
    }
    try {
      Files.deleteIfExists(data.endpointFile());
    } catch (IOException e) {
      report.accept("cannot remove " + data.endpointFile() + ": " + e.getMessage());
    }
    Duration grace = archives.making() ? ARCHIVE_GRACE : GRACE;
    for (List<Child> group : List.of(services, infrastructure)) {
      group.forEach(Child::terminate);
      group.forEach(child -> child.awaitEnd(grace));
    }
    try {
      data.removePid("launcher");
    } catch (IOException e) {
      report.accept("cannot remove the launcher's pid file: " + e.getMessage());
    }
    held = null;
  }
}
