package dev.countermark.gateway.swift;

import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** {@code /login}: where clients post credentials when they were given a host without a path. */
@Path("/login")
@Blocking
public class LoginResource {
  private final SwiftAccess access;

  LoginResource(SwiftAccess access) {
    this.access = access;
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  public Response post(@HeaderParam(HttpHeaders.AUTHORIZATION) String authorization) {
    try {
      access.login(Optional.empty(), Optional.ofNullable(authorization));
      return SwiftResource.loggedIn();
    } catch (RuntimeException e) {
      return SwiftResource.failed(e, "login", false);
    }
  }
}
