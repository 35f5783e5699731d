package dev.countermark.gateway.management;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.stream.Stream;

/** Requests are counted by how long they took, so that percentiles of all gateways can be told. */
@ApplicationScoped
class RequestTimes {
  private static final String REQUESTS = "http.server.requests";

  /** Pushes wait for their signature up to ten seconds, unless they are told to longer. */
  private static final double[] BOUNDS =
      Stream.of("PT0.01S", "PT0.05S", "PT0.1S", "PT0.5S", "PT1S", "PT5S", "PT15S", "PT1M", "PT10M")
          .mapToDouble(bound -> Duration.parse(bound).toNanos())
          .toArray();

  @Produces
  @Singleton
  MeterFilter buckets() {
    return new MeterFilter() {
      @Override
      public DistributionStatisticConfig configure(
          Meter.Id id, DistributionStatisticConfig config) {
        return id.getName().equals(REQUESTS)
            ? DistributionStatisticConfig.builder()
                .serviceLevelObjectives(BOUNDS)
                .build()
                .merge(config)
            : config;
      }
    };
  }
}
