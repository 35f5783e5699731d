package dev.countermark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandaloneFormatTest {
  private static final Addresses PLAIN =
      new Addresses("http://127.0.0.1:8080", Optional.empty(), Optional.empty());

  @Test
  void everyFormatIsShown() {
    assertThat(StandaloneFormat.all())
        .extracting(StandaloneFormat::label)
        .containsExactlyInAnyOrderElementsOf(Formats.all().stream().map(Format::label).toList());
  }

  @Test
  void inTheOrderThatTheySay() {
    assertThat(StandaloneFormat.all())
        .extracting(StandaloneFormat::order)
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void theBannerHasTheCommandsOfEveryFormatBetweenAddressesAndEnd() {
    List<String> banner =
        Banner.text(PLAIN, StandaloneFormat.all(), "the-token", Path.of("/data"), 1_234)
            .lines()
            .toList();

    assertThat(banner).contains("   ready in        1.2 s", "   admin token     the-token");
    for (StandaloneFormat format : StandaloneFormat.all()) {
      assertThat(banner).containsSequence(format.banner(PLAIN, "demo/hello"));
    }
    assertThat(banner).endsWith("   stop with Ctrl-C, or ./run stop --data /data");
  }
}
