package dev.countermark.conformance.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Courses;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.Platform;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The trial on a real Kubernetes: every Deployment is restarted while packages of all formats are
 * pushed, and no push fails. Takes minutes, all of a machine, and root: {@code
 * -Dtest=KubernetesPlatformTest -Ddeploy.long=true}.
 */
class KubernetesPlatformTest {
  private static final int PUSHES = Integer.getInteger("deploy.pushes", 100);

  static final String[] IMAGES = {
    "countermark/upload-gateway:0.1.0",
    "countermark/signer:0.1.0",
    "countermark/key-service:0.1.0",
    "apache/kafka:4.1.1",
    "minio/minio:RELEASE.2025-09-07T16-13-09Z"
  };

  private static final List<String> DEPLOYMENTS =
      List.of("signer-nuget", "upload-gateway", "key-service", "signer-oci", "signer-swift");

  @Test
  void failsNoPushWhileItIsRolled(@TempDir Path folder) throws Exception {
    assumeTrue(Boolean.getBoolean("deploy.long"), "-Ddeploy.long=true");
    Client.Home home = Client.Home.create(folder, Map.of());
    try (KubernetesNode node = KubernetesNode.start(home)) {
      try (DockerEngine docker = DockerEngine.require(home)) {
        node.load(docker, IMAGES);
      }
      try (Platform platform = node.apply("single-node");
          Courses courses = new Courses(platform, Courses.Patience.NONE)) {
        CompletableFuture<Void> rolled = CompletableFuture.runAsync(() -> roll(node));
        for (int i = 0; i < PUSHES || !rolled.isDone(); i++) {
          courses.push(i, i + 1);
        }
        rolled.join();
        courses.assertAllSignedOnce();
        assertThat(node.ours("get", "pods", "-o", "jsonpath={.items[*].status.phase}"))
            .matches("(Running ?)+");
      }
    }
  }

  private static void roll(KubernetesNode node) {
    for (String deployment : DEPLOYMENTS) {
      node.ours("rollout", "restart", "deployment", deployment);
      node.ours("rollout", "status", "deployment", deployment, "--timeout=5m");
    }
  }
}
