package dev.countermark.gateway.trust;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code /}: what this is, and where to go on. */
@Path("/")
public class LandingResource {
  private final String base;

  LandingResource(@ConfigProperty(name = "countermark.public-url") URI publicUrl) {
    this.base = publicUrl.toString().replaceAll("/+$", "");
  }

  /** Addresses with placeholders; nothing about what is stored here. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(hidden = true)
  public Landing get() {
    String repository = base + "/{owner}/{repository}";
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put(
        "registry", base.replaceFirst("^https?://", "") + "/{owner}/{repository}[/{image}]");
    addresses.put("publicKey", repository + "/keys/cosign.pub");
    addresses.put("allKeys", repository + "/keys/");
    addresses.put("containersPolicy", repository + "/keys/policy.json");
    addresses.put("containersRegistries", repository + "/keys/registries.yaml");
    addresses.put("trustedRoot", repository + "/keys/trusted_root.json");
    addresses.put("signingStatus", repository + "/status/oci/{image}@{digest}");
    addresses.put("managementApi", base + "/api/v1/openapi");
    return new Landing(
        "Countermark",
        "A container registry that signs every image that is pushed to it. Pull and push with the"
            + " client you have; verify with cosign, skopeo or podman and the repository's key.",
        addresses);
  }

  record Landing(String name, String description, Map<String, String> addresses) {}
}
