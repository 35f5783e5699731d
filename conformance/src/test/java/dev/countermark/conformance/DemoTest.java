package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The demonstration of the README, on a platform that runs already. */
@ExtendWith(PlatformExtension.class)
class DemoTest {
  @Test
  void showsThatAllIsWell(Platform platform) {
    platform.requireData();
    String command = Block.of("README.md", "./run demo").text().strip();

    Command.Result result = platform.launch(command.replace("./run ", ""));

    assertThat(result.succeeded().output()).containsPattern("all \\d+ checks passed");
  }
}
