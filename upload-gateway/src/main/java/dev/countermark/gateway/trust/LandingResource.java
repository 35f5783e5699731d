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
    addresses.put("nugetFeed", repository + "/nuget/v3/index.json");
    addresses.put("nugetConfig", repository + "/keys/nuget/nuget.config");
    addresses.put("swiftRegistry", repository + "/swift");
    addresses.put("swiftRegistries", repository + "/keys/swift/registries.json");
    addresses.put("managementApi", base + "/api/v1/openapi");
    return new Landing(
        "Countermark",
        "A gateway for container images, NuGet and Swift packages that signs everything that is"
            + " pushed to it. Push and pull with the client you have, and have it verify with the"
            + " repository's keys.",
        addresses);
  }

  record Landing(String name, String description, Map<String, String> addresses) {}
}
