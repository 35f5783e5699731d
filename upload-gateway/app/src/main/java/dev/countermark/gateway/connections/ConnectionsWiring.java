package dev.countermark.gateway.connections;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.countermark.gateway.kit.GatewayResources;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Settings and metrics of connections. */
@ApplicationScoped
class ConnectionsWiring {
  private static final Logger LOG = Logger.getLogger(ConnectionsWiring.class);
  private static final long LOOK_SECONDS = 1;

  /**
   * @param most connections of clients that there may be at a time; at most three quarters of what
   *     the process may have open
   * @param mostOfAddress how many of them from one network address; as many as in all where every
   *     client comes by the address of a proxy
   * @param quiet how long a connection may be without a request, such as while a handshake or the
   *     head of the first one comes
   */
  @Produces
  @Singleton
  Connections connections(
      @ConfigProperty(name = "countermark.gateway.connections", defaultValue = "10000") int most,
      @ConfigProperty(name = "countermark.gateway.connections-of-address", defaultValue = "5000")
          int mostOfAddress,
      @ConfigProperty(name = "countermark.gateway.quiet-connection", defaultValue = "60s")
          Duration quiet,
      GatewayResources resources,
      MeterRegistry meters) {
    int possible = possible(most);
    if (possible < most) {
      LOG.warnf(
          "countermark.gateway.connections: %d instead of %d, as this process may have few files"
              + " open (ulimit -n)",
          possible, most);
    }
    Connections connections =
        new Connections(
            new Connections.Limits(possible, mostOfAddress, quiet.toNanos()), System::nanoTime);
    var unused =
        resources
            .timer()
            .scheduleWithFixedDelay(
                connections::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    measure(connections, meters);
    return connections;
  }

  /** Store, broker and spool need some of what may be open, too. */
  private static int possible(int most) {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? (int) Math.min(most, unix.getMaxFileDescriptorCount() / 4 * 3)
        : most;
  }

  private static void measure(Connections connections, MeterRegistry meters) {
    Gauge.builder("countermark.connections.limit", connections, Connections::most)
        .description("Connections of clients that there may be at a time")
        .register(meters);
    Gauge.builder("countermark.connections.active", connections, Connections::count)
        .description("Connections of clients that there are now")
        .register(meters);
    FunctionCounter.builder("countermark.connections.refused", connections, Connections::refused)
        .description("Connections that were not taken: too many, in all or from one address")
        .register(meters);
    FunctionCounter.builder("countermark.connections.quiet", connections, Connections::quiet)
        .description("Connections that were ended because they were without a request for long")
        .register(meters);
  }
}
