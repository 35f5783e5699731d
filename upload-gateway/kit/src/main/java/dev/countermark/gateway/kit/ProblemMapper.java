package dev.countermark.gateway.kit;

import dev.countermark.contracts.Failure;
import dev.countermark.gateway.auth.TooManyRequestsException;
import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.NoRoomException;
import dev.countermark.gateway.content.TooSlowException;
import dev.countermark.gateway.integrity.DamagedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What resources without a dialect of their own answer. */
class ProblemMapper {
  private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

  @ServerExceptionMapper
  Response map(ProblemException problem) {
    return problem.response();
  }

  @ServerExceptionMapper
  Response map(BusyException busy) {
    return Problem.response(Problem.Kind.UNAVAILABLE, busy.getMessage());
  }

  @ServerExceptionMapper
  Response map(TooManyRequestsException tooMany) {
    return Problem.response(
        Problem.Kind.TOO_MANY_REQUESTS,
        tooMany.getMessage(),
        Map.of(HttpHeaders.RETRY_AFTER, Long.toString(tooMany.retryAfter())));
  }

  @ServerExceptionMapper
  Response map(DamagedException damaged) {
    return Problem.response(Problem.Kind.DAMAGED, damaged.getMessage());
  }

  @ServerExceptionMapper
  Response map(IncomingBody.TooLargeException large) {
    return Problem.response(Problem.Kind.TOO_LARGE, large.getMessage());
  }

  @ServerExceptionMapper
  Response map(IncomingBody.BrokenOffException broken) {
    return Problem.response(
        Problem.Kind.MALFORMED_REQUEST, "the body could not be read to its end");
  }

  @ServerExceptionMapper
  Response map(TooSlowException slow) {
    return Problem.response(Problem.Kind.TOO_SLOW, slow.getMessage());
  }

  @ServerExceptionMapper
  Response map(NoRoomException full) {
    LOG.errorf(full, "a request failed: %s", full.getMessage());
    return Problem.response(
        Problem.Kind.UNAVAILABLE, "the server has no room for the request now; try again");
  }

  @ServerExceptionMapper
  Response map(Failure.Transient failure) {
    return Unavailable.response(failure);
  }
}
