package dev.countermark.keyservice.http;

import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyServiceApi;
import dev.countermark.keys.KeyServiceApi.SignRequest;
import dev.countermark.keyservice.Caller;
import dev.countermark.keyservice.KeyCustodian;
import dev.countermark.keyservice.KeyScope;
import dev.countermark.keyservice.KeyService;
import dev.countermark.keyservice.KeyServiceException;
import dev.countermark.keyservice.KeyServiceException.Code;
import dev.countermark.tracing.Step;
import dev.countermark.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** The key service over HTTP; the bodies are those of {@link KeyServiceApi}. */
@Path("/v1/repositories/{owner}/{name}/keys")
@Produces(MediaType.APPLICATION_JSON)
public class KeysResource {
  private final KeyService service;
  private final KeyCustodian custodian;
  private final CallerIdentification caller;
  private final MeterRegistry metrics;
  private final Tracing tracing;
  private final HttpServerRequest request;

  KeysResource(
      KeyService service,
      CallerIdentification caller,
      MeterRegistry metrics,
      Tracing tracing,
      HttpServerRequest request) {
    this.tracing = tracing;
    this.request = request;
    this.service = service;
    this.custodian = service.custodian();
    this.caller = caller;
    this.metrics = metrics;
  }

  @GET
  public byte[] keys(@PathParam("owner") String owner, @PathParam("name") String name) {
    return answer(
        "list", who -> new KeyServiceApi.Keys(custodian.list(who, repository(owner, name))));
  }

  @GET
  @Path("{purpose:[a-z0-9-]+}")
  public byte[] versions(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("purpose") String purpose) {
    return answer(
        "read",
        new Address(owner, name, purpose),
        (who, scope) -> new KeyServiceApi.Versions(custodian.versions(who, scope)));
  }

  @GET
  @Path("{purpose:[a-z0-9-]+}/identity")
  public byte[] identity(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("purpose") String purpose) {
    return answer("read", new Address(owner, name, purpose), custodian::identity);
  }

  @POST
  @Path("{purpose:[a-z0-9-]+}:sign")
  @Consumes(MediaType.APPLICATION_JSON)
  public byte[] sign(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("purpose") String purpose,
      byte[] body) {
    return answer(
        "sign",
        new Address(owner, name, purpose),
        (who, scope) -> {
          SignRequest request = read(body);
          var batch = custodian.sign(who, scope, request.items());
          KeyMetrics.signatures(metrics, scope.purpose()).increment(batch.signatures().size());
          return batch;
        });
  }

  @POST
  @Path("{purpose:[a-z0-9-]+}:rotate")
  public byte[] rotate(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("purpose") String purpose,
      @QueryParam("immediately") boolean immediately) {
    return answer(
        "rotate",
        new Address(owner, name, purpose),
        (who, scope) -> custodian.rotate(who, scope, immediately));
  }

  @POST
  @Path("{purpose:[a-z0-9-]+}/{version:[0-9]{1,8}}:revoke")
  public byte[] revoke(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("purpose") String purpose,
      @PathParam("version") int version) {
    return answer(
        "revoke",
        new Address(owner, name, purpose),
        (who, scope) -> custodian.revoke(who, scope, version));
  }

  private record Address(String owner, String name, String purpose) {}

  private static RepositoryName repository(String owner, String name) {
    return RepositoryName.parse(owner + "/" + name)
        .orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "not a repository name"));
  }

  private KeyScope scope(Address address) {
    return new KeyScope(
        repository(address.owner(), address.name()),
        service
            .purpose(address.purpose())
            .orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "not a purpose")));
  }

  private byte[] answer(
      String operation, Address address, BiFunction<Caller, KeyScope, Object> use) {
    return answer(operation, who -> use.apply(who, scope(address)));
  }

  /** Names are looked at only when the caller is known: strangers learn nothing about them. */
  private byte[] answer(String operation, Function<Caller, Object> use) {
    Timer.Sample sample = Timer.start(metrics);
    String outcome = "failed";
    try {
      Caller who = caller.require(operation);
      byte[] json = traced(operation, () -> Json.write(use.apply(who)));
      outcome = "done";
      return json;
    } catch (KeyServiceException e) {
      outcome = e.code().name().toLowerCase(java.util.Locale.ROOT);
      throw e;
    } finally {
      sample.stop(
          Timer.builder("countermark.keys.operation")
              .description("time of one call, audit record included")
              .tag("operation", operation)
              .tag("outcome", outcome)
              .publishPercentileHistogram()
              .register(metrics));
    }
  }

  /** Only for callers that are known: a stranger must not decide what is recorded. */
  private byte[] traced(String operation, Supplier<byte[]> use) {
    Optional<String> parent = Optional.ofNullable(request.getHeader(Tracing.HEADER));
    try (Step step = tracing.begin("key " + operation, Tracing.Kind.ANSWERS, parent)) {
      return use.get();
    }
  }

  private static SignRequest read(byte[] body) {
    try {
      return Json.read(body, SignRequest.class);
    } catch (Json.MalformedJsonException e) {
      throw new KeyServiceException(
          Code.INVALID_REQUEST, "the body is not the JSON of a signing request", e);
    }
  }
}
