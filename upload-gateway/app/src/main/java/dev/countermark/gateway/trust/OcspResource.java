package dev.countermark.gateway.trust;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.Unavailable;
import dev.countermark.gateway.transfer.Bodies;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.VersionName;
import dev.countermark.keys.KeyServiceApi;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * {@code /ocsp/{format}}: whether certificates of keys are revoked. The key service knows and
 * signs; it faces no clients, so that questions and answers pass through here.
 *
 * @see "RFC 6960, appendix A"
 */
@Path("/ocsp/{format}")
@Blocking
@Consumes(KeyServiceApi.OCSP_REQUEST)
@Tag(name = "Revocation", description = "RFC 6960; open to everybody")
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
@APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
@APIResponse(
    responseCode = "415",
    description = "the body is not said to be an OCSP request; no body")
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class OcspResource {
  /** One certificate and a nonce have far less. */
  static final int MAX_REQUEST = 4_096;

  /**
   * Most questions that the key service answers for us at the same time: anybody may ask, each
   * answer is a signature, and packages wait for signatures of the same processors.
   */
  static final int MAX_AT_A_TIME = 16;

  private final KeyClient keys;
  private final Bodies bodies;
  private final Semaphore slots = new Semaphore(MAX_AT_A_TIME);

  OcspResource(KeyClient keys, Bodies bodies) {
    this.keys = keys;
    this.bodies = bodies;
  }

  @POST
  @Path("{owner}/{name}/{version:[0-9]{1,8}}")
  @Operation(
      operationId = "askOfKey",
      summary = "Whether the certificate of a key version is revoked")
  @APIResponse(
      responseCode = "200",
      description = "an OCSP response",
      content =
          @Content(
              mediaType = KeyServiceApi.OCSP_RESPONSE,
              schema = @Schema(type = SchemaType.STRING, format = "binary")))
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = KeyServiceApi.OCSP_REQUEST,
              schema = @Schema(type = SchemaType.STRING, format = "binary")))
  public CompletionStage<Response> ofKey(
      @PathParam("format") String label,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("version") int version) {
    Optional<RepositoryName> repository = RepositoryName.parse(owner + "/" + name);
    return repository.isEmpty()
        ? CompletableFuture.completedFuture(unknown())
        : relay(label, Optional.of(new VersionName(repository.get(), version)));
  }

  @POST
  @Path(KeyServiceApi.OCSP_AUTHORITY)
  @Operation(
      operationId = "askOfAuthority",
      summary = "Whether the certificate of the issuing authority is revoked")
  @APIResponse(
      responseCode = "200",
      description = "an OCSP response",
      content =
          @Content(
              mediaType = KeyServiceApi.OCSP_RESPONSE,
              schema = @Schema(type = SchemaType.STRING, format = "binary")))
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = KeyServiceApi.OCSP_REQUEST,
              schema = @Schema(type = SchemaType.STRING, format = "binary")))
  public CompletionStage<Response> ofAuthority(@PathParam("format") String label) {
    return relay(label, Optional.empty());
  }

  private CompletionStage<Response> relay(String label, Optional<VersionName> certificate) {
    boolean certified =
        Formats.find(label).flatMap(format -> format.key().certification()).isPresent();
    if (!certified) {
      return CompletableFuture.completedFuture(unknown());
    }
    return bodies.small(MAX_REQUEST).thenApply(question -> answer(label, certificate, question));
  }

  private Response answer(String label, Optional<VersionName> certificate, byte[] question) {
    if (question.length == 0) {
      return Problem.response(
          Kind.MALFORMED_REQUEST, "an OCSP request has 1 to " + MAX_REQUEST + " bytes");
    }
    // Not before: whoever sends slowly keeps nobody from asking.
    if (!slots.tryAcquire()) {
      return Problem.response(Kind.UNAVAILABLE, "too many questions at a time; try again");
    }
    try {
      return keys.ocsp(new Purpose(label), certificate, Bytes.of(question))
          .map(OcspResource::relayed)
          .orElseGet(OcspResource::unknown);
    } catch (Failure.Transient e) {
      return Unavailable.response(e);
    } finally {
      slots.release();
    }
  }

  private static Response relayed(Bytes answer) {
    return Response.ok(answer.toArray())
        .type(KeyServiceApi.OCSP_RESPONSE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private static Response unknown() {
    return Problem.response(
        Kind.KEY_UNKNOWN, "no such certificate was issued here, or there is no OCSP responder");
  }
}
