package dev.countermark.format.oci;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Ready-made configuration for the container runtimes of nodes. */
public final class RuntimeFiles {
  private RuntimeFiles() {}

  /**
   * How containerd reaches the registry: {@code /etc/containerd/certs.d/HOST/hosts.toml}. It does
   * not verify signatures by itself; what admits images to the cluster does.
   *
   * @param base as the registry is reached, without a slash at the end
   */
  public static byte[] containerd(String base) {
    return """
        # For containerd 1.5 and later: /etc/containerd/certs.d/%s/hosts.toml
        # containerd verifies no signatures: kyverno.yaml and policy-controller.yaml do, beside this file.
        server = "%s"

        [host."%s"]
          capabilities = ["pull", "resolve", "push"]
        """
        .formatted(URI.create(base).getRawAuthority(), base, base)
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What CRI-O needs besides {@code policy.json} and {@code registries.yaml}: a drop-in for {@code
   * /etc/crio/crio.conf.d/}. The policy is that of namespaces, because it refuses everybody else's
   * images, those of the node among them.
   *
   * @param base as the registry is reached, without a slash at the end
   */
  public static byte[] crio(String base) {
    URI address = URI.create(base);
    String insecure =
        "https".equals(address.getScheme())
            ? ""
            : "insecure_registries = [\"" + address.getRawAuthority() + "\"]\n";
    return """
        # For CRI-O 1.28 and later: /etc/crio/crio.conf.d/50-countermark.conf
        # Beside it, of the same folder as this file: registries.yaml as
        # /etc/containers/registries.d/countermark.yaml, and policy.json as
        # /etc/crio/policies/NAMESPACE.json for each namespace that runs nothing but these images.
        [crio.image]
        signature_policy_dir = "/etc/crio/policies"
        %s"""
        .formatted(insecure)
        .getBytes(StandardCharsets.UTF_8);
  }
}
