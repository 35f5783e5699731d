package dev.countermark.gateway.transfer;

import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.FileBody;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.WebApplicationException;
import java.util.OptionalLong;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;

/** Sends bodies of answers, in place of the framework, whose threads wait for clients. */
public final class Sender {
  private final Transfers transfers;

  public Sender(Transfers transfers) {
    this.transfers = transfers;
  }

  /**
   * Sends a body and ends the answer, later.
   *
   * @param rate bytes a second that the client must take; empty for what every transfer must have
   */
  public void send(FileBody body, OptionalLong rate, ResteasyReactiveRequestContext request) {
    HttpServerResponse response = request.unwrap(HttpServerResponse.class);
    Outgoing outgoing =
        new Outgoing(transfers, response, body, failure -> over(request, body, failure));
    Peer peer = Peer.of(request.unwrap(HttpServerRequest.class));
    try {
      outgoing.begin(peer, rate.orElse(transfers.minimumRate()));
    } catch (BusyException e) {
      throw new WebApplicationException(body.refused().apply(e));
    }
    // The server looks for it before it asks for the other headers.
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(body.length()));
    request.suspend();
    outgoing.start();
  }

  private static void over(
      ResteasyReactiveRequestContext request, FileBody body, Throwable failure) {
    if (failure == null) {
      request.resume();
    } else {
      request.unwrap(HttpServerResponse.class).headers().remove(HttpHeaders.CONTENT_LENGTH);
      request.resume(new WebApplicationException(body.refused().apply(failure)));
    }
  }
}
