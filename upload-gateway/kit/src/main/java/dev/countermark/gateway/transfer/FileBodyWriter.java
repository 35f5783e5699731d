package dev.countermark.gateway.transfer;

import dev.countermark.gateway.content.FileBody;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.OptionalLong;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Sends files without a thread that waits for the client. */
@Provider
@Singleton
@Produces(MediaType.WILDCARD)
public class FileBodyWriter implements ServerMessageBodyWriter<FileBody> {
  private final Sender sender;

  FileBodyWriter(Sender sender) {
    this.sender = sender;
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType mediaType) {
    return type == FileBody.class;
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
    return type == FileBody.class;
  }

  @Override
  public void writeResponse(FileBody body, Type generic, ServerRequestContext context) {
    sender.send(body, OptionalLong.empty(), (ResteasyReactiveRequestContext) context);
  }

  @Override
  public void writeTo(
      FileBody body,
      Class<?> type,
      Type generic,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, Object> headers,
      OutputStream to) {
    throw new UnsupportedOperationException("files are sent by the server itself");
  }
}
