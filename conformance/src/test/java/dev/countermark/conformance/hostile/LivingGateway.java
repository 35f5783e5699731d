package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Platform;

/** A platform of a suite's own, whose gateway is to be the same process at the end. */
final class LivingGateway {
  static final String PART = "upload-gateway";

  private final Platform platform;
  private final long process;

  /**
   * @param options of the launcher
   */
  LivingGateway(String... options) {
    this(Platform.startWith(options));
  }

  LivingGateway(Platform platform) {
    this.platform = platform;
    this.process = platform.process(PART);
  }

  Platform platform() {
    return platform;
  }

  void requireAlive() {
    assertThat(platform.process(PART)).as("the gateway's process").isEqualTo(process);
    assertThat(platform.call("GET", "/q/health/live", null).statusCode()).isEqualTo(200);
  }
}
