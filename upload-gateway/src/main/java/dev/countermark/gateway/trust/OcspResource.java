package dev.countermark.gateway.trust;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.VersionName;
import dev.countermark.keys.KeyServiceApi;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * {@code /ocsp/swift}: whether certificates of Swift packages are revoked. The key service knows
 * and signs; it faces no clients, so that questions and answers pass through here.
 *
 * @see "RFC 6960, appendix A"
 */
@Path("/ocsp/swift")
@Blocking
@Consumes(KeyServiceApi.OCSP_REQUEST)
public class OcspResource {
  /** One certificate and a nonce have far less. */
  private static final int MAX_REQUEST = 4_096;

  private final KeyClient keys;

  OcspResource(KeyClient keys) {
    this.keys = keys;
  }

  @POST
  @Path("{owner}/{name}/{version:[0-9]{1,8}}")
  @Operation(hidden = true)
  public Response ofKey(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("version") int version,
      InputStream request)
      throws IOException {
    Optional<RepositoryName> repository = RepositoryName.parse(owner + "/" + name);
    return repository.isEmpty()
        ? status(Response.Status.NOT_FOUND)
        : relay(Optional.of(new VersionName(repository.get(), version)), request);
  }

  @POST
  @Path(KeyServiceApi.OCSP_AUTHORITY)
  @Operation(hidden = true)
  public Response ofAuthority(InputStream request) throws IOException {
    return relay(Optional.empty(), request);
  }

  private Response relay(Optional<VersionName> certificate, InputStream request)
      throws IOException {
    byte[] question = request.readNBytes(MAX_REQUEST + 1);
    if (question.length > MAX_REQUEST) {
      return status(Response.Status.REQUEST_ENTITY_TOO_LARGE);
    }
    try {
      return keys.ocsp(certificate, Bytes.of(question))
          .map(
              answer ->
                  Response.ok(answer.toArray())
                      .type(KeyServiceApi.OCSP_RESPONSE)
                      .header(HttpHeaders.CACHE_CONTROL, "no-store")
                      .build())
          .orElseGet(() -> status(Response.Status.NOT_FOUND));
    } catch (Failure.Transient e) {
      return status(Response.Status.SERVICE_UNAVAILABLE);
    }
  }

  private static Response status(Response.Status status) {
    return Response.status(status).build();
  }
}
