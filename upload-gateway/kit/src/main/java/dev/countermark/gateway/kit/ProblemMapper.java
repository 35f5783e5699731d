package dev.countermark.gateway.kit;

import dev.countermark.contracts.Failure;
import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.integrity.DamagedException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What resources without a dialect of their own answer. */
class ProblemMapper {
  @ServerExceptionMapper
  Response map(ProblemException problem) {
    return problem.response();
  }

  @ServerExceptionMapper
  Response map(BusyException busy) {
    return Problem.response(Problem.Kind.UNAVAILABLE, busy.getMessage());
  }

  @ServerExceptionMapper
  Response map(DamagedException damaged) {
    return Problem.response(Problem.Kind.DAMAGED, damaged.getMessage());
  }

  @ServerExceptionMapper
  Response map(Failure.Transient failure) {
    return Unavailable.response(failure);
  }
}
