package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Platform;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A platform whose gateway and signer are to be the same processes at the end. */
final class LivingGateway {
  static final String PART = "upload-gateway";

  private final Platform platform;
  private final Map<String, Long> processes;

  /**
   * @param options of the launcher
   */
  LivingGateway(String... options) {
    this(Platform.startWith(options));
  }

  LivingGateway(Platform platform) {
    this.platform = platform;
    this.processes = read(platform);
  }

  private static Map<String, Long> read(Platform platform) {
    Map<String, Long> processes = new TreeMap<>();
    List.of(PART, Platform.SIGNER).forEach(part -> processes.put(part, platform.process(part)));
    return processes;
  }

  Platform platform() {
    return platform;
  }

  /** By part. */
  Map<String, Long> processes() {
    return processes;
  }

  void requireAlive() {
    assertThat(read(platform)).as("processes").isEqualTo(processes);
    for (String path : List.of("/q/health/live", "/q/health/ready", "/q/metrics")) {
      assertThat(platform.manage(PART, path).statusCode()).as(path).isEqualTo(200);
    }
  }

  /** Of the gateway at this moment, bytes. */
  long heapUsed() {
    return (long) measured(PART, "jvm_memory_used_bytes{area=\"heap\"");
  }

  /** What the gateway may have of it, bytes. */
  long heapMost() {
    return (long) measured(PART, "jvm_memory_max_bytes{area=\"heap\"");
  }

  /** The sum of what a part says of a meter, whatever its tags are. */
  double measured(String part, String meter) {
    return platform
        .metrics(part)
        .lines()
        .filter(line -> line.startsWith(meter))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
