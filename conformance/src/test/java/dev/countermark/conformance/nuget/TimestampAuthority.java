package dev.countermark.conformance.nuget;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.countermark.format.nuget.TestTsa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.tsp.TimeStampRequest;

/** A timestamp authority that can fail; nobody's client trusts it by itself. */
public final class TimestampAuthority implements AutoCloseable {
  private final HttpServer server;
  private volatile boolean available = true;

  public TimestampAuthority() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  public void available(boolean available) {
    this.available = available;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] request = exchange.getRequestBody().readAllBytes();
      if (!available) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      byte[] reply = reply(new TimeStampRequest(request));
      exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
      exchange.sendResponseHeaders(200, reply.length);
      exchange.getResponseBody().write(reply);
    }
  }

  private static byte[] reply(TimeStampRequest request) throws IOException {
    TestTsa authority = new TestTsa();
    authority.time = Instant.now();
    try {
      return new TimeStampResp(
              new PKIStatusInfo(PKIStatus.granted),
              ContentInfo.getInstance(authority.token(request)))
          .getEncoded("DER");
    } catch (Exception e) {
      throw new IOException("no token", e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
