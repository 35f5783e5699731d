package dev.countermark.format.oci;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Policies for what admits images to a Kubernetes cluster: images of one repository must be signed
 * by one of its keys, images of others are none of their business (reference: OCI, section 5.1).
 * Both compare digests, not names, so that it does not matter by which address an image is pulled.
 */
public final class ClusterPolicies {
  /** Kyverno refuses longer names, because they become labels. */
  private static final int LONGEST_NAME = 63;

  private ClusterPolicies() {}

  /**
   * A ClusterPolicy for Kyverno from 1.13 on. There is no transparency log to ask.
   *
   * @param repository {@code owner/name}
   * @param scope {@code host[:port]/owner/name}, as images are pulled
   * @param plain whether that is plain HTTP
   * @param pems the public keys, PEM, one of which will do
   */
  public static byte[] kyverno(String repository, String scope, boolean plain, List<String> pems) {
    StringBuilder yaml = new StringBuilder();
    yaml.append(
        """
        apiVersion: kyverno.io/v1
        kind: ClusterPolicy
        metadata:
          name: %s
        spec:
          background: false
          webhookConfiguration:
            failurePolicy: Fail
            timeoutSeconds: 30
          rules:
            - name: signed-by-its-repository
              match:
                any:
                  - resources:
                      kinds:
                        - Pod
              verifyImages:
                - type: Cosign
                  imageReferences:
        """
            .formatted(name(repository)));
    for (String end : List.of(":*", "@*", "/*")) {
      yaml.append("            - \"").append(scope).append(end).append("\"\n");
    }
    yaml.append(
        """
                  failureAction: Enforce
                  required: true
                  mutateDigest: true
                  verifyDigest: true
        """);
    if (plain) {
      yaml.append(
          """
                    imageRegistryCredentials:
                      allowInsecureRegistry: true
          """);
    }
    yaml.append("          attestors:\n            - count: 1\n              entries:\n");
    for (String pem : pems) {
      yaml.append("                - keys:\n                    publicKeys: |-\n");
      yaml.append(indented(pem, 22));
      yaml.append("                    rekor:\n                      ignoreTlog: true\n");
      yaml.append("                    ctlog:\n                      ignoreSCT: true\n");
    }
    return yaml.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * A ClusterImagePolicy for Sigstore's policy-controller, which asks no log when none is named.
   *
   * @param repository {@code owner/name}
   * @param scope {@code host[:port]/owner/name}, as images are pulled
   * @param pems the public keys, PEM, one of which will do
   */
  public static byte[] policyController(String repository, String scope, List<String> pems) {
    StringBuilder yaml = new StringBuilder();
    yaml.append(
        """
        apiVersion: policy.sigstore.dev/v1beta1
        kind: ClusterImagePolicy
        metadata:
          name: %s
        spec:
          mode: enforce
          images:
        """
            .formatted(name(repository)));
    for (String end : List.of("", ":*", "@*", "/**")) {
      yaml.append("    - glob: \"").append(scope).append(end).append("\"\n");
    }
    yaml.append("  authorities:\n");
    for (int i = 0; i < pems.size(); i++) {
      yaml.append("    - name: key-").append(i + 1);
      yaml.append("\n      key:\n        hashAlgorithm: sha256\n        data: |\n");
      yaml.append(indented(pems.get(i), 10));
    }
    return yaml.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A dot is in no name of an owner, so that two repositories never share a policy. */
  private static String name(String repository) {
    String name = "countermark." + repository.replace('/', '.');
    return name.length() <= LONGEST_NAME
        ? name
        : "countermark."
            + Digest.sha256(repository.getBytes(StandardCharsets.UTF_8)).encoded().substring(0, 40);
  }

  private static String indented(String pem, int blanks) {
    return pem.strip()
        .lines()
        .map(line -> " ".repeat(blanks) + line.strip() + "\n")
        .collect(Collectors.joining());
  }
}
