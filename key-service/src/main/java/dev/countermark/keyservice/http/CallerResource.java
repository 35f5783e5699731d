package dev.countermark.keyservice.http;

import dev.countermark.contracts.Json;
import dev.countermark.keys.KeyServiceApi;
import dev.countermark.keys.KeyServiceApi.CallerName;
import dev.countermark.keyservice.Caller;
import dev.countermark.keyservice.KeyService;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Tells a service that it is known here and that its keys can be used; for its readiness. */
@Path(KeyServiceApi.CALLER)
@Produces(MediaType.APPLICATION_JSON)
public class CallerResource {
  private final KeyService service;
  private final CallerIdentification caller;

  CallerResource(KeyService service, CallerIdentification caller) {
    this.service = service;
    this.caller = caller;
  }

  @GET
  public byte[] get() {
    Caller who = caller.require("probe");
    service.probe();
    return Json.write(new CallerName(who.name()));
  }
}
