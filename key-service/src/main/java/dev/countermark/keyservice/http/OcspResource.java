package dev.countermark.keyservice.http;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyServiceApi;
import dev.countermark.keyservice.KeyScope;
import dev.countermark.keyservice.KeyService;
import dev.countermark.keyservice.KeyServiceException;
import dev.countermark.keyservice.KeyServiceException.Code;
import dev.countermark.keyservice.OcspResponder;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;

/** Whether certificates are revoked, for the gateway to pass on: clients do not reach this. */
@Path("/v1/ocsp/{purpose:[a-z0-9-]+}")
@Consumes(KeyServiceApi.OCSP_REQUEST)
@Produces(KeyServiceApi.OCSP_RESPONSE)
public class OcspResource {
  private final KeyService service;
  private final OcspResponder responder;
  private final CallerIdentification caller;

  OcspResource(KeyService service, CallerIdentification caller) {
    this.service = service;
    this.responder = service.responder();
    this.caller = caller;
  }

  @POST
  @Path("{owner}/{name}/{version:[0-9]{1,8}}")
  public byte[] ofKey(
      @PathParam("purpose") String purpose,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("version") int version,
      byte[] request) {
    var who = caller.require("ocsp");
    RepositoryName repository =
        RepositoryName.parse(owner + "/" + name)
            .orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "not a repository name"));
    return responder.ofKey(
        who, new KeyScope(repository, known(purpose)), version, checked(request));
  }

  @POST
  @Path(KeyServiceApi.OCSP_AUTHORITY)
  public byte[] ofAuthority(@PathParam("purpose") String purpose, byte[] request) {
    return responder.ofAuthority(caller.require("ocsp"), known(purpose), checked(request));
  }

  private Purpose known(String purpose) {
    return service
        .purpose(purpose)
        .orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "not a purpose"));
  }

  private static byte[] checked(byte[] request) {
    if (request.length > OcspResponder.MAX_REQUEST) {
      throw new KeyServiceException(
          Code.INVALID_REQUEST, "a request has at most " + OcspResponder.MAX_REQUEST + " bytes");
    }
    return request;
  }
}
