package dev.countermark.keyservice.http;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyServiceApi;
import dev.countermark.keyservice.KeyScope;
import dev.countermark.keyservice.KeyService;
import dev.countermark.keyservice.KeyServiceException;
import dev.countermark.keyservice.KeyServiceException.Code;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;

/** Lists of revoked certificates, for the gateway to hand out: clients do not reach this. */
@Path("/v1/crl/{purpose:[a-z0-9-]+}")
@Produces(KeyServiceApi.REVOCATIONS)
public class RevocationsResource {
  private final KeyService service;
  private final CallerIdentification caller;

  RevocationsResource(KeyService service, CallerIdentification caller) {
    this.service = service;
    this.caller = caller;
  }

  @GET
  @Path("{owner}/{name}")
  public byte[] of(
      @PathParam("purpose") String purpose,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    var who = caller.require("crl");
    RepositoryName repository =
        RepositoryName.parse(owner + "/" + name)
            .orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "not a repository name"));
    KeyScope scope =
        new KeyScope(
            repository,
            service
                .purpose(purpose)
                .orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "not a purpose")));
    return service.revocations().of(who, scope);
  }
}
