package dev.countermark.gateway.trust;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.Unavailable;
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
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * {@code /ocsp/{purpose}}: whether certificates of keys are revoked. The key service knows and
 * signs; it faces no clients, so that questions and answers pass through here.
 *
 * @see "RFC 6960, appendix A"
 */
@Path("/ocsp/{purpose}")
@Blocking
@Consumes(KeyServiceApi.OCSP_REQUEST)
public class OcspResource {
  /** One certificate and a nonce have far less. */
  static final int MAX_REQUEST = 4_096;

  /**
   * Most questions that the key service answers for us at the same time: anybody may ask, each
   * answer is a signature, and packages wait for signatures of the same processors.
   */
  static final int MAX_AT_A_TIME = 16;

  private final KeyClient keys;
  private final Semaphore slots = new Semaphore(MAX_AT_A_TIME);

  OcspResource(KeyClient keys) {
    this.keys = keys;
  }

  @POST
  @Path("{owner}/{name}/{version:[0-9]{1,8}}")
  @Operation(hidden = true)
  public Response ofKey(
      @PathParam("purpose") String purpose,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("version") int version,
      InputStream request)
      throws IOException {
    Optional<RepositoryName> repository = RepositoryName.parse(owner + "/" + name);
    return repository.isEmpty()
        ? unknown()
        : relay(purpose, Optional.of(new VersionName(repository.get(), version)), request);
  }

  @POST
  @Path(KeyServiceApi.OCSP_AUTHORITY)
  @Operation(hidden = true)
  public Response ofAuthority(@PathParam("purpose") String purpose, InputStream request)
      throws IOException {
    return relay(purpose, Optional.empty(), request);
  }

  private Response relay(String purpose, Optional<VersionName> certificate, InputStream request)
      throws IOException {
    boolean certified =
        Formats.find(purpose).flatMap(format -> format.key().certification()).isPresent();
    if (!certified) {
      return unknown();
    }
    byte[] question = new byte[MAX_REQUEST + 1];
    // Not readNBytes(int): that asks for no bytes in the end, which this stream waits for.
    int length = request.readNBytes(question, 0, question.length);
    if (length == 0 || length > MAX_REQUEST) {
      return Problem.response(
          length == 0 ? Kind.MALFORMED_REQUEST : Kind.TOO_LARGE,
          "an OCSP request has 1 to " + MAX_REQUEST + " bytes");
    }
    // Not before: whoever sends slowly keeps nobody from asking.
    if (!slots.tryAcquire()) {
      return Problem.response(Kind.UNAVAILABLE, "too many questions at a time; try again");
    }
    try {
      return keys.ocsp(new Purpose(purpose), certificate, Bytes.of(Arrays.copyOf(question, length)))
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
