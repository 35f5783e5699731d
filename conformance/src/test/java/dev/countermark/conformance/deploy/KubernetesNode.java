package dev.countermark.conformance.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.FreePorts;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.ProjectFiles;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A Kubernetes of one node that {@code kubernetes-node} starts, with the trial's overlay on it. */
final class KubernetesNode implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final String NODE = "kubernetes-node";
  private static final URI ADDRESS = URI.create("http://localhost:30080");

  private final Client.Home home;
  private final Path work;
  private final Map<String, String> environment;

  private KubernetesNode(Client.Home home, Path work) {
    this.home = home;
    this.work = work;
    this.environment = new LinkedHashMap<>(home.environment());
  }

  /** A node, or a skipped test that names what is missing. */
  static KubernetesNode start(Client.Home home) throws IOException {
    Client.require(NODE);
    Client.require("kubectl");
    KubernetesNode node = new KubernetesNode(home, home.directory().resolve("deploy"));
    String started = node.run(Client.require(NODE), "start").output();
    node.environment.put("KUBECONFIG", started.replaceAll("(?s).*KUBECONFIG=(\\S+).*", "$1"));
    copy(ProjectFiles.root().resolve("deploy"), node.work);
    return node;
  }

  private Command.Result run(Client program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.program().toString()));
    command.addAll(List.of(arguments));
    return Command.run(home.directory(), environment, LIMIT, command).succeeded();
  }

  String kubectl(String... arguments) {
    return run(Client.require("kubectl"), arguments).output();
  }

  /** In the platform's namespace. */
  String ours(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-n", "countermark"));
    all.addAll(List.of(arguments));
    return kubectl(all.toArray(String[]::new));
  }

  void installKeda() {
    run(Client.require(NODE), "keda");
  }

  /** Makes all images and hands them to the node, which can reach no registry either. */
  void load(DockerEngine docker, String... images) throws IOException {
    BuiltImages.makeRuntime(home);
    BuiltImages.makeStandIns(home);
    BuiltImages.build(home);
    Path archive = home.directory().resolve("images.tar");
    List<String> save = new ArrayList<>(List.of("save", "--output", archive.toString()));
    save.addAll(List.of(images));
    docker.run(save.toArray(String[]::new)).succeeded();
    run(Client.require(NODE), "load", archive.toString());
    Files.delete(archive);
    forwardAgain();
  }

  /** A Docker engine has the machine forward nothing but what is its own. */
  private void forwardAgain() {
    run(Client.require("iptables"), "--policy", "FORWARD", "ACCEPT");
  }

  /**
   * The trial, as docs/kubernetes.md has it, ready for clients.
   *
   * @param overlay such as {@code single-node}
   */
  Platform apply(String overlay) throws IOException {
    Path overlays = work.resolve("k8s/overlays");
    Path secrets = overlays.resolve("single-node/secrets");
    Command.run(
            work,
            environment,
            LIMIT,
            List.of("bash", work.resolve("secrets/make").toString(), secrets.toString()))
        .succeeded();
    for (String volume : List.of("packages-store", "keys-store", "kafka")) {
      kubectl("apply", "-f", volume(volume).toString());
    }
    kubectl("apply", "-k", overlays.resolve(overlay).toString());
    ours("rollout", "status", "statefulset", "kafka", "--timeout=5m");
    ours("wait", "--for=condition=Available", "deployment", "--all", "--timeout=8m");
    Platform platform = Platform.at(ADDRESS, Files.readString(secrets.resolve("admin-token")));
    await("the port of the node leads to the gateway")
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> platform.get("/q/health/ready").statusCode() == 200);
    return platform;
  }

  /** As docs/kubernetes.md has operators do it: by a way through the cluster's API. */
  void rotateImmediately(String repository, String purpose) throws IOException {
    int port = FreePorts.forPlatform();
    ProcessBuilder forward =
        new ProcessBuilder(
            Client.require("kubectl").program().toString(),
            "-n",
            "countermark",
            "port-forward",
            "service/key-service",
            port + ":8443");
    forward.environment().putAll(environment);
    forward.redirectErrorStream(true);
    Process way = forward.start();
    try (var told = way.inputReader()) {
      assertThat(told.readLine()).startsWith("Forwarding from");
      Path target = ProjectFiles.root().resolve("ctl/target");
      Path secrets = work.resolve("k8s/overlays/single-node/secrets");
      Command.run(
              work,
              environment,
              LIMIT,
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  target.resolve("countermark-ctl.jar")
                      + File.pathSeparator
                      + target.resolve("lib")
                      + "/*",
                  "dev.countermark.ctl.Main",
                  "keys",
                  "rotate",
                  repository,
                  "--purpose",
                  purpose,
                  "--immediately",
                  "--keys-url",
                  "https://localhost:" + port,
                  "--keys-ca",
                  secrets.resolve("ca.crt").toString(),
                  "--keys-certificate",
                  secrets.resolve("operator.leaf.crt").toString(),
                  "--keys-key",
                  secrets.resolve("operator.key").toString()))
          .succeeded();
    } finally {
      way.destroy();
    }
  }

  /** For the claim of a StatefulSet; this node has nothing that would make one by itself. */
  private Path volume(String name) throws IOException {
    Path folder = Files.createDirectories(home.directory().resolve("volumes/" + name));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    return Files.writeString(
        home.directory().resolve(name + ".json"),
        """
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "%1$s"},
         "spec": {"capacity": {"storage": "20Gi"}, "accessModes": ["ReadWriteOnce"],
          "claimRef": {"namespace": "countermark", "name": "data-%1$s-0"},
          "hostPath": {"path": "%2$s"}}}
        """
            .formatted(name, folder));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.filter(f -> !f.toString().contains("/single-node/secrets")).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  @Override
  public void close() {
    run(Client.require(NODE), "stop");
  }
}
