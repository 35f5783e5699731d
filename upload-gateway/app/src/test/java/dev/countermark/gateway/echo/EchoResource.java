package dev.countermark.gateway.echo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.content.FileAnswers;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.Spool;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Dialect;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.Ingest;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import dev.countermark.gateway.kit.RepositoryAccess.Granted;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/** PUT a file, GET it, GET its signature at {@code file.sig}. */
@Path("/{owner}/{name}/echo/{file}")
@Blocking
public class EchoResource {
  private final Edge edge = new Edge(new Dialect() {});
  private final EchoFormat format = new EchoFormat();
  private final EchoGateway gateway;
  private final Ingest<EchoRecord> ingest;
  private final SpoolFolder spool;
  private final BlobStore store;
  private final Clock clock;
  private final Bodies bodies;

  EchoResource(
      EchoGateway gateway,
      BlobStore store,
      PartReceiver parts,
      UploadEvents events,
      Fence fence,
      SpoolFolder spool,
      Clock clock,
      Bodies bodies) {
    this.gateway = gateway;
    this.ingest = new Ingest<>(store, parts, events, format, EchoRecord::following, fence);
    this.spool = spool;
    this.store = store;
    this.clock = clock;
    this.bodies = bodies;
  }

  /** What comes with every request. */
  public static final class Incoming {
    @PathParam("owner")
    String owner;

    @PathParam("name")
    String name;

    @PathParam("file")
    String file;

    @Context HttpHeaders headers;
    @Context HttpServerRequest http;
  }

  @PUT
  @Consumes(MediaType.WILDCARD)
  public CompletionStage<Response> put(@BeanParam Incoming in) {
    return edge.answerLater(
        new Call(in.file, false, in.http),
        () -> {
          Granted<?> caller = allowed(in, Action.PUSH);
          String key =
              format
                  .recordKey(caller.repository().repository(), in.file)
                  .orElseThrow(EchoResource::none);
          return bodies.incoming().whole(1 << 20, piece -> put(caller, in.file, key, piece.open()));
        });
  }

  private Response put(Granted<?> caller, String name, String key, InputStream body)
      throws IOException {
    RepositoryRecord repository = caller.repository();
    String subject = caller.access().subject();
    try (Spool file = spool.receive(body::transferTo, 1 << 20)) {
      Ingest.Taken<EchoRecord> taken =
          ingest.take(
              new Ingest.Pushed(repository, subject),
              key,
              file,
              ingest.find(repository, key).filter(b -> b.record().state() == State.REFUSED),
              upload ->
                  EchoRecord.received(repository.repository(), name, upload, clock.instant()));
      if (taken.ours()) {
        ingest.acknowledge(repository, key, taken.record(), subject);
        return Response.status(202).build();
      }
      if (ingest.settles(key, taken.record(), subject, file)) {
        return Response.status(202).build();
      }
      ingest.announce(taken.record());
      return Response.status(409).build();
    }
  }

  @GET
  public Response get(@BeanParam Incoming in) {
    return edge.answer(
        new Call(in.file, false, in.http),
        () -> {
          boolean signature = in.file.endsWith(".sig");
          String name = signature ? in.file.substring(0, in.file.length() - 4) : in.file;
          EchoRecord file =
              format
                  .recordKey(allowed(in, Action.PULL).repository().repository(), name)
                  .flatMap(key -> new Records(store).read(key, EchoRecord.class))
                  .filter(r -> r.state() == State.AVAILABLE)
                  .orElseThrow(EchoResource::none);
          return signature
              ? Response.ok(file.signature().orElseThrow().value().toArray()).build()
              : FileAnswers.answer(
                      in.headers,
                      false,
                      file.upload().size(),
                      file.upload().sha256(),
                      (at, n) -> new PartsInputStream(store, file.upload().parts(), at, n))
                  .build();
        });
  }

  private Granted<?> allowed(Incoming in, Action action) {
    RepositoryName repository =
        RepositoryName.parse(in.owner + "/" + in.name).orElseThrow(EchoResource::none);
    Credentials credentials = Credentials.of(in.headers.getHeaderString("Authorization"));
    return gateway.access().check(repository, action, credentials);
  }

  private static Failed none() {
    return new Failed(404, "there is no such file");
  }
}
