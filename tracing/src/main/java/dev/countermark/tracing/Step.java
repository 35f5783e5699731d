package dev.countermark.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Optional;

/** A span. Any thread may end it. */
public final class Step implements AutoCloseable {
  private final Span span;

  Step(Span span) {
    this.span = span;
  }

  /**
   * @param value never a secret
   */
  public Step with(String attribute, String value) {
    span.setAttribute(attribute, value);
    return this;
  }

  /**
   * @param why in words that name no secret
   */
  public void failed(String why) {
    span.setStatus(StatusCode.ERROR, why);
  }

  /** The {@code traceparent} of what follows from it; empty when nothing is traced. */
  public Optional<String> parent() {
    return Tracing.text(Context.root().with(span));
  }

  /** Id of its trace, 32 hexadecimal digits, for logs; empty when nothing is recorded. */
  public Optional<String> trace() {
    return Optional.of(span.getSpanContext())
        .filter(SpanContext::isSampled)
        .map(SpanContext::getTraceId);
  }

  /** Has this thread be at it. */
  public Current current() {
    Scope scope = span.makeCurrent();
    return scope::close;
  }

  /** That a thread is at a step, until it is closed there. */
  public interface Current extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  public void close() {
    span.end();
  }
}
