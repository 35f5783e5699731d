package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Ready-made configuration for clients that verify (reference: OCI, sections 5.1 and 6). */
public final class TrustDocuments {
  private TrustDocuments() {}

  /**
   * containers-policy.json for podman, skopeo, buildah and CRI-O: refuses everything but images of
   * this repository, signed by one of its keys.
   *
   * @param scope {@code host[:port]/owner/repo}, as images are pulled
   * @param signed the same as signatures state it, perhaps with another host
   * @param pems the public keys, PEM
   */
  public static byte[] policy(String scope, String signed, List<String> pems) {
    ObjectNode policy = StrictJson.newObject();
    policy.putArray("default").addObject().put("type", "reject");
    ObjectNode rule =
        policy.putObject("transports").putObject("docker").putArray(scope).addObject();
    rule.put("type", "sigstoreSigned");
    if (pems.size() == 1) {
      rule.put("keyData", base64(pems.get(0)));
    } else {
      ArrayNode keys = rule.putArray("keyDatas");
      pems.forEach(pem -> keys.add(base64(pem)));
    }
    ObjectNode identity = rule.putObject("signedIdentity");
    if (scope.equals(signed)) {
      identity.put("type", "matchRepository");
    } else {
      // What is mapped must then be equal, with its tag: it is where tags are signed, too.
      identity.put("type", "remapIdentity").put("prefix", scope).put("signedPrefix", signed);
    }
    return StrictJson.write(policy);
  }

  private static String base64(String pem) {
    return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A file for {@code registries.d}: without it podman and skopeo do not look for signatures.
   *
   * @param scope {@code host[:port]/owner/repo}
   */
  public static byte[] registries(String scope) {
    return ("docker:\n  \"" + scope + "\":\n    use-sigstore-attachments: true\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** A Sigstore trusted root without authorities or logs: enough to verify with a key. */
  public static byte[] trustedRoot() {
    ObjectNode root = StrictJson.newObject();
    root.put("mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
    root.putArray("tlogs");
    root.putArray("certificateAuthorities");
    root.putArray("ctlogs");
    root.putArray("timestampAuthorities");
    return StrictJson.write(root);
  }
}
