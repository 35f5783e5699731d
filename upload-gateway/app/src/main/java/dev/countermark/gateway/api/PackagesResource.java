package dev.countermark.gateway.api;

import dev.countermark.gateway.auth.AuthChallenge;
import dev.countermark.gateway.kit.DeniedException;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/repositories/{owner}/{name}/packages}: what lies there. */
@Path("/api/v1/repositories/{owner}/{name}/packages")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Packages")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class PackagesResource {
  /** No name is longer. */
  private static final int LONGEST_PREFIX = 512;

  private final PackageList packages;

  PackagesResource(PackageList packages) {
    this.packages = packages;
  }

  /** One page of what the caller may see. */
  @GET
  @Operation(
      operationId = "listPackages",
      summary = "List packages",
      description =
          "Every version, release or image by itself, format by format. Whoever may read sees what"
              + " he can get; what waits or was refused is shown to those only who may push. A page"
              + " may be shorter than asked for, even empty, and have one after it.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = PackageList.Page.class)))
  public Response list(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @Parameter(description = "only packages of this format") @QueryParam("format") String format,
      @Parameter(
              description =
                  "only packages that are so: pending, signed, unsigned (pending or refused, and"
                      + " without a signature), refused, exempt (a signature or attestation"
                      + " itself), untagged (an image that no tag points to)")
          @QueryParam("state")
          String state,
      @Parameter(description = "only packages whose names begin so") @QueryParam("prefix")
          String prefix,
      @Parameter(description = "page size, 1 to 200, default 100") @QueryParam("n") String n,
      @Parameter(description = "the next of the page before") @QueryParam("cursor") String cursor) {
    PackageList.Wanted wanted =
        new PackageList.Wanted(
            Requests.repository(owner, name),
            given(format),
            given(state).map(PackageState::of),
            prefix(prefix),
            given(cursor),
            Requests.pageSize(n));
    try {
      return Response.ok(packages.page(wanted, Credentials.of(authorization)))
          .header(HttpHeaders.CACHE_CONTROL, "no-store")
          .build();
    } catch (DeniedException e) {
      throw denied(e);
    }
  }

  private static ProblemException denied(DeniedException e) {
    return switch (e.reason()) {
      case INVALID_CREDENTIALS, NO_CREDENTIALS ->
          new ProblemException(
              Kind.UNAUTHENTICATED,
              e.getMessage(),
              Map.of(HttpHeaders.WWW_AUTHENTICATE, AuthChallenge.BEARER));
      case READ_ONLY, FORBIDDEN -> new ProblemException(Kind.FORBIDDEN, e.getMessage());
      case UNKNOWN_REPOSITORY -> new ProblemException(Kind.REPOSITORY_UNKNOWN, e.getMessage());
    };
  }

  private static Optional<String> given(String parameter) {
    return Optional.ofNullable(parameter).filter(p -> !p.isEmpty());
  }

  private static String prefix(String prefix) {
    if (prefix != null && prefix.length() > LONGEST_PREFIX) {
      throw new ProblemException(
          Kind.INVALID_VALUE, "prefix may have " + LONGEST_PREFIX + " characters");
    }
    return prefix == null ? "" : prefix;
  }
}
