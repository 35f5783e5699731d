package dev.countermark.gateway.trust;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.gateway.api.Problem;
import dev.countermark.gateway.api.Problem.Kind;
import dev.countermark.gateway.api.Unavailable;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import dev.countermark.gateway.auth.Authenticator;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * {@code /{owner}/{name}/status/oci/{image…}@{digest}}: where the signing of an image stands. Who
 * may pull may ask, with the same credentials; anybody, where anonymous pull is on.
 */
@Path("/{owner}/{name}/status/oci")
@Tag(name = "Status")
public class StatusResource {
  private final Authenticator authenticator;
  private final Records records;
  private final SignaturePieces pieces;

  StatusResource(Authenticator authenticator, BlobStore store, SignaturePieces pieces) {
    this.pieces = pieces;
    this.authenticator = authenticator;
    this.records = new Records(store);
  }

  @GET
  @Path("/{image: .*}")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "signingStatus",
      summary = "Where the signing of an image stands",
      description = "The address ends in [image]@sha256:<hex>; the image may be empty.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = SigningStatus.class)))
  public Response get(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("image") String image) {
    Optional<RepositoryName> repository = RepositoryName.parse(owner + "/" + name);
    Optional<ImageAddress> address = repository.flatMap(r -> ImageAddress.parse(r, image));
    if (address.isEmpty()) {
      return Problem.response(
          Kind.IMAGE_UNKNOWN,
          "the address of a status is /{owner}/{repository}/status/oci/[image]@sha256:<64 hex>");
    }
    Optional<Response> denied = denied(authorization, repository.get());
    if (denied.isPresent()) {
      return denied.get();
    }
    return records
        .read(OciKeys.manifest(address.get().name(), address.get().digest()), ManifestRecord.class)
        .map(
            r -> {
              pieces.materialise(r);
              return Response.ok(SigningStatus.of(r))
                  .header(HttpHeaders.CACHE_CONTROL, "no-store")
                  .build();
            })
        .orElseGet(
            () ->
                Problem.response(
                    Kind.IMAGE_UNKNOWN,
                    "no manifest " + address.get().digest() + " in " + address.get().name()));
  }

  private Optional<Response> denied(String authorization, RepositoryName repository) {
    try {
      Access access = authenticator.authenticate(authorization);
      if (access.may(repository, Action.PULL)) {
        return Optional.empty();
      }
      return Optional.of(
          access.isAuthenticated()
              ? Problem.response(Kind.FORBIDDEN, "the credentials may not pull " + repository)
              : unauthenticated(
                  repository
                      + " is not public: send the user name and token that pull, or the token as"
                      + " bearer token"));
    } catch (AuthenticationFailedException e) {
      return Optional.of(unauthenticated(e.getMessage()));
    }
  }

  private static Response unauthenticated(String detail) {
    return Response.fromResponse(Problem.response(Kind.UNAUTHENTICATED, detail))
        .header(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"countermark\"")
        .build();
  }

  @ServerExceptionMapper
  public Response unavailable(Failure.Transient failure) {
    return Unavailable.response(failure);
  }
}
