package dev.countermark.readiness;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/** Asks a Kafka cluster which brokers it has. */
public final class BrokerProbe implements Dependency.Probe, AutoCloseable {
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(2).toMillis();

  private final Map<String, Object> settings;
  private Admin admin;

  /**
   * Does not connect yet.
   *
   * @param settings of any Kafka client of the service; what administration does not know is left
   *     out
   */
  public BrokerProbe(Map<String, Object> settings) {
    Map<String, Object> known = new HashMap<>(settings);
    known.keySet().retainAll(AdminClientConfig.configNames());
    known.put(AdminClientConfig.CLIENT_ID_CONFIG, "readiness");
    known.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    known.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    this.settings = known;
  }

  @Override
  public void run() throws Exception {
    try {
      admin().describeCluster(new DescribeClusterOptions().timeoutMs(TIMEOUT_MILLIS)).nodes().get();
    } catch (ExecutionException e) {
      throw new IOException("the broker does not answer: " + e.getCause().getMessage(), e);
    }
  }

  /** Id of the cluster; empty while it does not answer. */
  public Optional<String> cluster() {
    try {
      return Optional.ofNullable(
          admin()
              .describeCluster(new DescribeClusterOptions().timeoutMs(TIMEOUT_MILLIS))
              .clusterId()
              .get());
    } catch (ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private synchronized Admin admin() {
    if (admin == null) {
      admin = Admin.create(settings);
    }
    return admin;
  }

  @Override
  public synchronized void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
