package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoSettings;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FormatsTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "0a".repeat(32);

  @Test
  void areFoundOnTheClassPath() {
    assertThat(Formats.all()).contains(new EchoFormat());
    assertThat(Formats.find("echo")).contains(new EchoFormat());
    assertThat(Formats.find("nothing")).isEmpty();
  }

  @Test
  void keepEverythingOfARepositoryBelowOnePrefix() {
    for (Format<?, ?> format : Formats.all()) {
      assertThat(format.prefix(APP)).isEqualTo(format.label() + "/acme/app/");
      assertThat(format.records(APP)).startsWith(format.prefix(APP));
    }
  }

  @Test
  void giveNoKeyToNamesThatAreNone() {
    EchoFormat echo = new EchoFormat();
    assertThat(echo.recordKey(APP, "file", DIGEST)).hasValueSatisfying(echo::isRecord);
    assertThat(echo.recordKey(APP, "../file", DIGEST)).isEmpty();
    assertThat(echo.recordKey(APP, "file", "sha256:../x")).isEmpty();
  }

  @Test
  void haveSettingsInTheRecordOfTheirRepository() {
    RepositoryRecord record = new RepositoryRecord(1, APP, Instant.EPOCH);
    assertThat(record.settings(new EchoFormat())).isEqualTo(new EchoSettings(false));
    RepositoryRecord open = record.with(new EchoFormat(), new EchoSettings(true));
    RepositoryRecord read = Json.read(Json.write(open), RepositoryRecord.class);
    assertThat(read).isEqualTo(open);
    assertThat(read.settings(new EchoFormat())).isEqualTo(new EchoSettings(true));
  }
}
