package dev.countermark.gateway.kit;

import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
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

  private byte[] take() {
    byte[] taken = content;
    content = null;
    return taken;
  }

  /** Hands them to the server. */
  @Provider
  @Produces(MediaType.WILDCARD)
  public static final class Writer implements ServerMessageBodyWriter<AnswerBytes> {
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
      context.serverResponse().end(bytes.take());
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
