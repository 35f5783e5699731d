package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Json.MalformedJsonException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class CloudEventFuzzTest {
  private static final Instant T = Instant.parse("2026-11-24T10:00:00Z");
  private static final RepositoryName REPOSITORY = new RepositoryName("acme", "app");

  static Stream<byte[]> seeds() {
    return Stream.of(
            new PackageUploaded(REPOSITORY, "file", "sha256:00", "a/b", T),
            new PackageResyncRequested(REPOSITORY, "file", "sha256:00", "campaign"),
            new PackageSigned(REPOSITORY, "file", "sha256:00", 1, "00", T, T, List.of("x"), true),
            new PackageRefused(REPOSITORY, "file", "sha256:00", Refusal.TOO_LARGE, "why"))
        .map(data -> CloudEvent.of("id", "/test", "dev.countermark.x", "pkg:a/b", T, data))
        .map(CloudEvent::toJson);
  }

  /** Anybody who may write to Kafka writes this: it is read, or said to be malformed. */
  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] json) {
    CloudEvent event;
    try {
      event = CloudEvent.fromJson(json);
    } catch (MalformedJsonException e) {
      return;
    }
    assertThat(CloudEvent.fromJson(event.toJson())).isEqualTo(event);
    for (Class<?> type :
        List.of(
            PackageUploaded.class,
            PackageResyncRequested.class,
            PackageSigned.class,
            PackageRefused.class)) {
      try {
        assertThat(event.dataAs(type)).isNotNull();
      } catch (MalformedJsonException e) {
        // said what is wrong
      }
    }
  }
}
