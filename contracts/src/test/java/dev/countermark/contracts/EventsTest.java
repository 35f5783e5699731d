package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventsTest {
  private static final RepositoryName REPOSITORY = new RepositoryName("acme", "app");
  private static final String DIGEST = "sha256:" + "0a".repeat(32);
  private static final Instant T = Instant.parse("2026-01-02T03:04:05Z");

  static Stream<CloudEvent> everyEvent() {
    return Stream.of(
        event(
            Events.PackageUploaded.TYPE,
            new Events.PackageUploaded(REPOSITORY, "acme/app/web", DIGEST, "text/x", T)),
        event(
            Events.PackageUploaded.TYPE,
            new Events.PackageUploaded(
                REPOSITORY, "acme/app/web", DIGEST, "text/x", T, Optional.of("token 0123456789"))),
        event(
            Events.PackageResyncRequested.TYPE,
            new Events.PackageResyncRequested(REPOSITORY, "acme/app/web", DIGEST, "c-1")),
        event(Events.ResyncRequested.TYPE, wanted(Optional.empty(), Optional.empty())),
        event(
            Events.ResyncRequested.TYPE,
            wanted(
                Optional.of("acme/app"),
                Optional.of(
                    new Events.ResyncFilter(
                        Optional.of("pkg:nuget/"),
                        Optional.of(T),
                        Optional.of(T),
                        Optional.of(1),
                        Optional.of("bundle"))))),
        event(
            Events.PackageResynced.TYPE,
            new Events.PackageResynced(
                REPOSITORY,
                "acme/app/web",
                DIGEST,
                "c-1",
                ResyncResult.DEAD_LETTERED,
                Optional.of("UNFORESEEN"),
                Optional.of("a bug"),
                Optional.of(new InForce(1, "0b", T, List.of(DIGEST)).id()))),
        event(
            Events.WebhookTested.TYPE,
            new Events.WebhookTested(REPOSITORY, "6f1c9cfc-0d0c-4d2a-9a51-000000000001")),
        event(
            Events.ResyncProgressed.TYPE,
            new Events.ResyncProgressed(
                "c-1",
                "running",
                5,
                3,
                Map.of(ResyncResult.CHANGED, 2L, ResyncResult.SKIPPED, 1L))),
        event(
            Events.PackageSigned.TYPE,
            new Events.PackageSigned(
                REPOSITORY,
                "acme/app/web",
                DIGEST,
                1,
                "0b".repeat(32),
                T,
                T.plusMillis(250),
                List.of(DIGEST),
                true)),
        event(
            Events.PackageRefused.TYPE,
            new Events.PackageRefused(
                REPOSITORY, "acme/app/web", DIGEST, Refusal.TOO_LARGE, "1,001 children")),
        event(
            Events.PackageListingChanged.TYPE,
            new Events.PackageListingChanged(REPOSITORY, "acme.tools/1.0.0", DIGEST, T)),
        event(
            Events.PackageListingChanged.TYPE,
            new Events.PackageListingChanged(
                REPOSITORY, "acme.tools/1.0.0", DIGEST, T, Optional.of("admin"))),
        event(
            Events.PackageDamaged.TYPE,
            new Events.PackageDamaged(REPOSITORY, "acme.tools/1.0.0", DIGEST, "content/x", T)),
        event(
            Events.PackageRepaired.TYPE,
            new Events.PackageRepaired(REPOSITORY, "acme.tools/1.0.0", DIGEST, "content/x", T)));
  }

  private static Events.ResyncRequested wanted(
      Optional<String> repository, Optional<Events.ResyncFilter> filter) {
    return new Events.ResyncRequested(
        "2026-11-30.one",
        Optional.empty(),
        repository,
        Optional.of(Set.of("oci")),
        filter,
        ResyncMode.ENSURE,
        Optional.of("a key was stolen"),
        Optional.of(50),
        true,
        false);
  }

  @ParameterizedTest
  @EnumSource(ResyncResult.class)
  void everyResultIsInTheSchema(ResyncResult result) throws IOException {
    CloudEvent event =
        event(
            Events.ResyncProgressed.TYPE,
            new Events.ResyncProgressed("c-1", "done", 1, 1, Map.of(result, 1L)));

    assertThat(violations(event.dataschema(), event.data())).isEmpty();
  }

  private static CloudEvent event(String type, Object data) {
    String purl = "pkg:generic/web";
    return CloudEvent.of("id-1", "/test", type, purl, T, data);
  }

  @ParameterizedTest
  @MethodSource("everyEvent")
  void carriesDataOfItsSchema(CloudEvent event) throws IOException {
    assertThat(violations(event.dataschema(), event.data())).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Refusal.class)
  void everyRefusalIsInTheSchema(Refusal code) throws IOException {
    CloudEvent event =
        event(
            Events.PackageRefused.TYPE,
            new Events.PackageRefused(REPOSITORY, "acme/app/web", DIGEST, code, "in this test"));

    assertThat(violations(event.dataschema(), event.data())).isEmpty();
  }

  /** What somebody else signed has no version of our key; some clients write upper case. */
  @Test
  void aSignatureThatWasKeptIsInTheSchema() throws IOException {
    CloudEvent event =
        event(
            Events.PackageSigned.TYPE,
            new Events.PackageSigned(
                REPOSITORY,
                "x/1.0.0",
                DIGEST,
                0,
                "0B".repeat(32),
                T,
                T,
                List.of("0c".repeat(32)),
                true));

    assertThat(violations(event.dataschema(), event.data())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("everyEvent")
  void survivesItsJson(CloudEvent event) {
    assertThat(CloudEvent.fromJson(event.toJson())).isEqualTo(event);
  }

  @Test
  void aSchemaRefusesAMissingDigest() throws IOException {
    JsonNode data = new ObjectMapper().readTree("{\"repository\":\"acme/app\",\"name\":\"x\"}");
    assertThat(violations("/schemas/package.uploaded.v1.json", data)).isNotEmpty();
  }

  @Test
  void refusesWhatIsNoCloudEvent() {
    for (String text : List.of("", "null", "[]", "{}", "{\"specversion\":\"0.3\",\"id\":\"1\"}")) {
      assertThatThrownBy(() -> CloudEvent.fromJson(Bytes.utf8(text).toArray()))
          .as(text)
          .isInstanceOf(Json.MalformedJsonException.class);
    }
  }

  private static Set<ValidationMessage> violations(String schema, JsonNode data)
      throws IOException {
    try (InputStream in = EventsTest.class.getResourceAsStream(schema)) {
      assertThat(in).as(schema).isNotNull();
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
          .getSchema(in)
          .validate(data);
    }
  }
}
