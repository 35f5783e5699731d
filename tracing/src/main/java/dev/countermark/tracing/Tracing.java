package dev.countermark.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The spans of one service. Off, it loads nothing of the SDK, records nothing and starts no thread.
 * What has a parent is recorded when that is: parents are of our own services, for nobody reads the
 * header of a client.
 */
public final class Tracing implements AutoCloseable {
  /** Name of the header that carries a parent, in HTTP and in Kafka. */
  public static final String HEADER = "traceparent";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Tracer tracer;
  private final AutoCloseable end;
  private final boolean on;

  private Tracing(Tracer tracer, AutoCloseable end, boolean on) {
    this.tracer = tracer;
    this.end = end;
    this.on = on;
  }

  public static Tracing off() {
    return new Tracing(OpenTelemetry.noop().getTracer("countermark"), () -> {}, false);
  }

  /**
   * @param collector OTLP over HTTP, such as {@code http://collector:4318/v1/traces}; empty for
   *     none
   * @param service its name
   * @param ratio of what begins here, how much is recorded, 0 to 1
   */
  public static Tracing of(Optional<URI> collector, String service, double ratio) {
    return collector.map(uri -> On.to(uri, service, ratio)).orElseGet(Tracing::off);
  }

  /** Apart, so that nothing of it is loaded when it is off. */
  private static final class On {
    static Tracing to(URI collector, String service, double ratio) {
      return with(
          BatchSpanProcessor.builder(
                  OtlpHttpSpanExporter.builder()
                      .setEndpoint(collector.toString())
                      .setTimeout(PATIENCE)
                      .build())
              .build(),
          service,
          ratio);
    }

    static Tracing with(SpanProcessor spans, String service, double ratio) {
      SdkTracerProvider provider =
          SdkTracerProvider.builder()
              .setResource(
                  Resource.getDefault().toBuilder()
                      .put(AttributeKey.stringKey("service.name"), service)
                      .build())
              .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
              .addSpanProcessor(spans)
              .build();
      return new Tracing(provider.get("countermark"), provider, true);
    }
  }

  /**
   * @param spans what to do with them
   */
  static Tracing with(SpanProcessor spans, String service, double ratio) {
    return On.with(spans, service, ratio);
  }

  /** Whether anything is recorded. */
  public boolean isOn() {
    return on;
  }

  /** What a step is, seen from its service. */
  public enum Kind {
    ANSWERS(SpanKind.SERVER),
    ASKS(SpanKind.CLIENT),
    SENDS(SpanKind.PRODUCER),
    RECEIVES(SpanKind.CONSUMER);

    private final SpanKind kind;

    Kind(SpanKind kind) {
      this.kind = kind;
    }
  }

  /**
   * Begins a step.
   *
   * @param name one of few
   * @param parent a {@code traceparent}; what is none counts as absent
   */
  public Step begin(String name, Kind kind, Optional<String> parent) {
    return new Step(
        tracer
            .spanBuilder(name)
            .setParent(parent.map(Tracing::context).orElse(Context.root()))
            .setSpanKind(kind.kind)
            .startSpan());
  }

  /** The {@code traceparent} of the step that this thread is at; empty when it is at none. */
  public Optional<String> current() {
    return on ? text(Context.current()) : Optional.empty();
  }

  static Optional<String> text(Context context) {
    Map<String, String> carrier = new HashMap<>();
    W3CTraceContextPropagator.getInstance().inject(context, carrier, Map::put);
    return Optional.ofNullable(carrier.get(HEADER));
  }

  private static Context context(String parent) {
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), parent, new OneHeader());
  }

  private static final class OneHeader implements TextMapGetter<String> {
    @Override
    public Iterable<String> keys(String parent) {
      return List.of(HEADER);
    }

    @Override
    public String get(String parent, String key) {
      return HEADER.equals(key) ? parent : null;
    }
  }

  /** What was recorded is still sent, for some seconds. */
  @Override
  public void close() throws Exception {
    end.close();
  }
}
