package dev.countermark.gateway.kit;

import dev.countermark.gateway.content.FileBody;
import dev.countermark.gateway.transfer.Sender;
import dev.countermark.gateway.transfer.Transfers;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * The bytes of an answer, until they are handed to the server. A thread that rests remembers the
 * answer to its last request: what it remembers then has no bytes.
 */
public final class AnswerBytes {
  private final int length;
  private byte[] content;
  private Function<Throwable, Response> refused =
      failure -> Problem.response(Problem.Kind.UNAVAILABLE, failure.getMessage());

  /**
   * @param content not copied; nobody changes it
   */
  public AnswerBytes(byte[] content) {
    this.content = content;
    this.length = content.length;
  }

  public int length() {
    return length;
  }

  /** Whoever answers requests says how it is told when nothing of the bytes can be sent. */
  void refusedWith(Function<Throwable, Response> answer) {
    refused = answer;
  }

  private byte[] take() {
    byte[] taken = content;
    content = null;
    return taken;
  }

  /** Hands them to the server. */
  @Provider
  @Singleton
  @Produces(MediaType.WILDCARD)
  public static class Writer implements ServerMessageBodyWriter<AnswerBytes> {
    /** Bytes a second: what is in memory until it has left shall not be there for long. */
    private static final long RATE = 128 << 10;

    private final Sender sender;

    Writer(Sender sender) {
      this.sender = sender;
    }

    @Override
    public boolean isWriteable(
        Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType mediaType) {
      return type == AnswerBytes.class;
    }

    @Override
    public boolean isWriteable(
        Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
      return type == AnswerBytes.class;
    }

    @Override
    public void writeResponse(AnswerBytes bytes, Type generic, ServerRequestContext context)
        throws WebApplicationException {
      byte[] content = bytes.take();
      if (content.length <= Transfers.RESERVED) {
        context.serverResponse().end(content);
        return;
      }
      FileBody body =
          new FileBody(
              0,
              content.length,
              (first, length) -> new ByteArrayInputStream(content, (int) first, (int) length),
              bytes.refused);
      sender.send(body, OptionalLong.of(RATE), (ResteasyReactiveRequestContext) context);
    }

    @Override
    public void writeTo(
        AnswerBytes bytes,
        Class<?> type,
        Type generic,
        Annotation[] annotations,
        MediaType mediaType,
        MultivaluedMap<String, Object> headers,
        OutputStream to)
        throws IOException {
      to.write(bytes.take());
    }
  }
}
