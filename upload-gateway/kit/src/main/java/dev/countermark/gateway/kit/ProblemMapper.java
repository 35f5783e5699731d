package dev.countermark.gateway.kit;

import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

class ProblemMapper {
  @ServerExceptionMapper
  Response map(ProblemException problem) {
    return problem.response();
  }
}
