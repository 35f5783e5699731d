package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command that docs/api.md shows. */
@ExtendWith(PlatformExtension.class)
class ApiPageTest {
  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void makesARepository(String scheme, Platform platform) {
    Client.require("curl");
    Reader reader = Reader.over(scheme, platform, platform.unmade());
    String settings = "/api/v1/repositories/" + reader.repository().path();
    assertThat(platform.call("GET", settings, null).statusCode()).isEqualTo(404);

    reader.run(reader.block("docs/api.md", "curl -X PUT"));

    assertThat(platform.call("GET", settings, null).statusCode()).isEqualTo(200);
  }
}
