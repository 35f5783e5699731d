package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract for the formats that are built in. */
@ExtendWith(PlatformExtension.class)
class FormatCaseTest extends FormatContract {
  FormatCaseTest() {
    super(FormatCase.all());
  }

  @BeforeAll
  void open(Platform platform) {
    use(platform);
  }

  @Test
  void everyFormatHasACase() {
    assertThat(FormatCase.all())
        .extracting(FormatCase::label)
        .containsAll(Formats.all().stream().map(Format::label).toList());
  }
}
