package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands of docs/ctl.md that ask a platform, as an administrator gives them. */
@ExtendWith(PlatformExtension.class)
class CtlPageTest {
  private static Reader reader(Platform platform) {
    Platform.Repository repository =
        platform.repository("oci", JsonNodeFactory.instance.objectNode());
    return CtlTool.giveTo(
        new Reader(platform, repository, platform.url())
            .withVariable("COUNTERMARK_URL", platform.url().toString())
            .withVariable("COUNTERMARK_TOKEN", platform.adminToken()));
  }

  @Test
  void startsAndWatchesACampaign(Platform platform) {
    Reader reader = reader(platform);

    String said =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl resync start")).output();

    assertThat(said).contains("done [", "0 of 0", "CAMPAIGN", reader.repository().path());
  }

  @Test
  void handsDeadLettersInAgain(Platform platform) {
    Reader reader = reader(platform);

    String said =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl dead-letters list")).output();

    assertThat(said).contains("REPOSITORY", "replay done");
  }
}
