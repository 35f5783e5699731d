package dev.countermark.conformance.echo;

import dev.countermark.conformance.FormatContract;
import dev.countermark.conformance.Platform;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract for the throw-away format, on a platform of its own. */
class EchoTest extends FormatContract {
  private Platform platform;

  EchoTest() {
    super(List.of(new EchoCase()));
  }

  @BeforeAll
  void start() throws Exception {
    platform = Platform.startFrom(EchoHome.make());
    use(platform);
  }

  @AfterAll
  void stop() {
    if (platform != null) {
      platform.close();
    }
  }
}
