package dev.countermark.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.tracing.Tracing.Kind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingTest {
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();

  private Tracing tracing(double ratio) {
    return Tracing.with(SimpleSpanProcessor.create(spans), "test", ratio);
  }

  @Test
  void whatFollowsIsOfTheSameTrace() {
    Tracing tracing = tracing(1);
    Optional<String> parent;
    try (Step first = tracing.begin("push", Kind.ANSWERS, Optional.empty())) {
      parent = first.parent();
    }
    try (Step second = tracing.begin("sign", Kind.RECEIVES, parent);
        Step.Current here = second.current()) {
      assertThat(tracing.current()).isEqualTo(second.parent());
      assertThat(second.trace()).contains(parent.orElseThrow().substring(3, 35));
    }

    assertThat(tracing.current()).isEmpty();
    assertThat(spans.getFinishedSpanItems()).extracting(SpanData::getTraceId).hasSize(2);
    assertThat(spans.getFinishedSpanItems())
        .extracting(SpanData::getTraceId)
        .containsOnly(parent.orElseThrow().substring(3, 35));
    assertThat(spans.getFinishedSpanItems().get(1).getParentSpanId())
        .isEqualTo(spans.getFinishedSpanItems().get(0).getSpanId());
  }

  @Test
  void whatIsNotRecordedAtItsBeginningIsNowhere() {
    Step first = tracing(0).begin("push", Kind.ANSWERS, Optional.empty());
    tracing(1).begin("sign", Kind.RECEIVES, first.parent()).close();
    first.close();

    assertThat(first.trace()).isEmpty();
    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "00-0-0-01", "00-00000000000000000000000000000000-0000000000000000-01"})
  void aParentThatIsNoneCountsAsAbsent(String parent) {
    tracing(1).begin("sign", Kind.RECEIVES, Optional.of(parent)).close();

    assertThat(spans.getFinishedSpanItems()).hasSize(1);
    assertThat(spans.getFinishedSpanItems().get(0).getParentSpanContext().isValid()).isFalse();
  }

  @Test
  void offNothingIsPassedOn() {
    Tracing off = Tracing.off();
    try (Step step = off.begin("push", Kind.ANSWERS, Optional.empty());
        Step.Current here = step.with("a", "b").current()) {
      assertThat(step.parent()).isEmpty();
      assertThat(step.trace()).isEmpty();
      assertThat(off.current()).isEmpty();
    }
    assertThat(off.isOn()).isFalse();
  }
}
