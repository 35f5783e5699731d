package dev.countermark.gateway.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import java.net.URI;
import java.util.List;

/**
 * A {@code registries.json} that resolves from one registry and takes only what it signed.
 *
 * @see "swift reference, section 5"
 */
final class RegistriesJson {
  private RegistriesJson() {}

  /**
   * @param scopes that come from this registry, with rules for this host only; none: all scopes,
   *     with rules for every registry
   * @param roots absolute folder with the root certificate, DER, and nothing else
   * @param needsToken whether clients must send one
   */
  static byte[] document(
      RepositoryName repository,
      SwiftAddresses at,
      List<String> scopes,
      String roots,
      boolean needsToken) {
    URI address = URI.create(at.registry());
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("version", 1);
    ObjectNode registries = document.putObject("registries");
    for (String scope : scopes.isEmpty() ? List.of("[default]") : scopes) {
      registries.putObject(scope).put("url", at.registry()).put("supportsAvailability", false);
    }
    if (needsToken) {
      document
          .putObject("authentication")
          .putObject(address.getRawAuthority())
          .put("type", "token")
          .put("loginAPIPath", "/" + repository + "/swift/login");
    }
    ObjectNode security = document.putObject("security");
    ObjectNode rules =
        scopes.isEmpty()
            ? security.putObject("default")
            // Clients want the host without its port here.
            : security.putObject("registryOverrides").putObject(address.getHost());
    ObjectNode signing = rules.putObject("signing");
    signing.put("onUnsigned", "error");
    signing.put("onUntrustedCertificate", "error");
    signing.put("trustedRootCertificatesPath", roots);
    signing.put("includeDefaultTrustedRootCertificates", false);
    signing
        .putObject("validationChecks")
        .put("certificateExpiration", "enabled")
        .put("certificateRevocation", "disabled");
    return Json.write(document);
  }
}
