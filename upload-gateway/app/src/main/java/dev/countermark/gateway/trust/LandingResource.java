package dev.countermark.gateway.trust;

import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.ProblemAnswers;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /}: what this is, and where to go on. */
@Path("/")
@Tag(name = "Landing page")
public class LandingResource {
  private final GatewayFormats formats;
  private final PublicAddresses addresses;

  LandingResource(GatewayFormats formats, PublicAddresses addresses) {
    this.formats = formats;
    this.addresses = addresses;
  }

  /** Addresses with placeholders; nothing about what is stored here. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "landingPage",
      summary = "What this is, and the addresses of everything else")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Landing.class)))
  @APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
  public Landing get(@Context HttpServerRequest http) {
    String base = addresses.base(http.isSSL());
    Map<String, String> all = new LinkedHashMap<>();
    formats.all().forEach(format -> all.putAll(format.addresses(base)));
    all.put("keys", base + "/{owner}/{repository}/keys/");
    all.put("signingStatus", base + "/{owner}/{repository}/status/{format}/{package}");
    all.put("managementApi", base + "/api/v1/openapi");
    return new Landing(
        "Countermark",
        "A package gateway that signs everything that is pushed to it ("
            + formats.labels()
            + "). Push and pull with the client you have, and have it verify with the"
            + " repository's keys.",
        all);
  }

  record Landing(String name, String description, Map<String, String> addresses) {}
}
