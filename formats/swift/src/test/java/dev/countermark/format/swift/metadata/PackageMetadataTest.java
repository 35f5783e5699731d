package dev.countermark.format.swift.metadata;

import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackageMetadataTest {
  private static final String FULL =
      """
      {"author": {"name": "Mona", "email": "m@example.com", "description": null, "url": "https://m.example",
         "organization": {"name": "Example", "url": "http://example.com"}},
       "description": "Lists", "licenseURL": "https://example.com/l", "readmeURL": "https://example.com/r",
       "originalPublicationTime": "2026-05-01T12:00:00.123+02:00", "own": {"a": [1.10, true]},
       "repositoryURLs": ["https://example.com/a.git", "git@example.com:a/b.git", "ssh://git@example.com/a"]}
      """;

  @Test
  void keepsEverythingAndTellsTimesInWholeSeconds() throws Exception {
    PackageMetadata metadata = PackageMetadata.parse(utf8(FULL));
    assertThat(metadata.repositoryUrls()).hasSize(3);
    assertThat(metadata.description()).contains("Lists");
    assertThat(metadata.served().path("originalPublicationTime").asText())
        .isEqualTo("2026-05-01T10:00:00Z");
    assertThat(metadata.served().path("own").toString()).isEqualTo("{\"a\":[1.10,true]}");
    assertThat(metadata.served().path("author").path("name").asText()).isEqualTo("Mona");
    assertThat(metadata.served().path("author").path("description").isNull()).isTrue();
  }

  @Test
  void everythingIsOptional() throws Exception {
    assertThat(PackageMetadata.parse(utf8("{}")).served()).isEmpty();
    assertThat(PackageMetadata.none().served()).isEmpty();
    assertThat(
            PackageMetadata.parse(utf8("{\"author\":null,\"repositoryURLs\":null}"))
                .repositoryUrls())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | no JSON object",
        "{ | no JSON object",
        "{} {} | no JSON object",
        "{\"a\":1,\"a\":2} | no JSON object",
        "{\"own\":1e399999999999999999999999999999999} | a number of unheard-of size",
        "{\"author\":\"Mona\"} | author is no object",
        "{\"author\":{}} | author has no name",
        "{\"author\":{\"name\":\" \"}} | author has no name",
        "{\"author\":{\"name\":7}} | author has no name",
        "{\"author\":{\"name\":\"a\",\"email\":7}} | author.email is no string",
        "{\"author\":{\"name\":\"a\",\"organization\":{}}} | author.organization has no name",
        "{\"author\":{\"name\":\"a\",\"url\":\"javascript:alert(1)\"}} | author.url is no http",
        "{\"description\":7} | description is no string",
        "{\"licenseURL\":\"MIT\"} | licenseURL is no http",
        "{\"readmeURL\":\"https:x\"} | readmeURL is no http",
        "{\"originalPublicationTime\":\"2026-05-01\"} | originalPublicationTime is no time",
        "{\"originalPublicationTime\":1777629600} | originalPublicationTime is no string",
        "{\"repositoryURLs\":\"https://example.com\"} | repositoryURLs is no list",
        "{\"repositoryURLs\":[7]} | something else than URLs",
        "{\"repositoryURLs\":[\"not a url\"]} | something else than URLs"
      })
  void refusesWhatClientsCannotDecode(String json, String why) {
    assertThatThrownBy(() -> PackageMetadata.parse(utf8(json)))
        .isInstanceOf(InvalidMetadataException.class)
        .hasMessageContaining(why);
  }

  @Test
  void refusesWhatIsTooLargeTooDeepOrNoText() {
    assertThatThrownBy(() -> PackageMetadata.parse(utf8(FULL), 100)).hasMessageContaining("100");
    assertThatThrownBy(() -> PackageMetadata.parse(utf8("{\"a\":" + "[".repeat(100))))
        .isInstanceOf(InvalidMetadataException.class);
    assertThatThrownBy(() -> PackageMetadata.parse(new byte[] {'{', (byte) 0xFF, '}'}))
        .hasMessageContaining("not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-05-01T10:00:00Z", "2026-05-01T10:00:00+00:00", "2026-05-01T10:00Z"})
  void timesAreToldAlike(String time) throws Exception {
    assertThat(
            PackageMetadata.parse(utf8("{\"originalPublicationTime\":\"" + time + "\"}"))
                .served()
                .path("originalPublicationTime")
                .asText())
        .isEqualTo("2026-05-01T10:00:00Z");
  }

  static IntStream seeds() {
    return IntStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void damagedMetadataIsRefusedOrRead(int seed) {
    byte[] json = utf8(FULL);
    Random random = new Random(seed);
    for (int i = random.nextInt(3); i >= 0; i--) {
      json[random.nextInt(json.length)] = (byte) random.nextInt(128);
    }
    try {
      PackageMetadata.parse(json).served();
    } catch (InvalidMetadataException e) {
      assertThat(e.getMessage()).startsWith("The metadata");
    }
  }
}
