package dev.countermark.gateway.swift;

import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Edge;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** {@code /login}: where clients post credentials when they were given a host without a path. */
@Path("/login")
@Blocking
public class LoginResource {
  private final Edge edge = new Edge(new SwiftDialect());
  private final SwiftAccess access;

  LoginResource(SwiftAccess access) {
    this.access = access;
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  public Response post(
      @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @Context HttpServerRequest http) {
    return edge.answer(
        new Call("login", false, http),
        () -> {
          access.login(Optional.empty(), Optional.ofNullable(authorization));
          return SwiftAnswers.loggedIn();
        });
  }
}
