package dev.countermark.gateway.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How far the kernel runs ahead of a client. Left alone it keeps up to four mebibytes of an answer
 * for each, which thousands of slow readers make all the memory of a container; and until they are
 * full, everybody else waits for the filling.
 */
@ApplicationScoped
class SendBuffer implements HttpServerOptionsCustomizer {
  private final int bytes;

  /**
   * @param size bytes of an answer that the system may hold for a client that does not take them
   *     yet; over a distance, what one connection is sent per round trip
   */
  SendBuffer(
      @ConfigProperty(name = "countermark.gateway.send-buffer", defaultValue = "512K")
          MemorySize size) {
    this.bytes = Math.toIntExact(size.asLongValue());
  }

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    options.setSendBufferSize(bytes);
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    options.setSendBufferSize(bytes);
  }
}
