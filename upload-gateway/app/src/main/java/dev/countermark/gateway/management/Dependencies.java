package dev.countermark.gateway.management;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Topics;
import dev.countermark.keys.KeyClient;
import dev.countermark.readiness.BrokerProbe;
import dev.countermark.readiness.Dependency;
import dev.countermark.readiness.PlatformTopics;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/** The gateway is ready while everything answers that a push needs. */
@ApplicationScoped
class Dependencies {
  @Produces
  @Readiness
  @Identifier(Serving.STORE)
  @Singleton
  HealthCheck store(BlobStore store) {
    return new Dependency(Serving.STORE, () -> store.head(ObjectKeys.PROBE));
  }

  @Produces
  @Readiness
  @Singleton
  HealthCheck keys(KeyClient keys) {
    return new Dependency("key-service", keys::probe);
  }

  @Produces
  @Readiness
  @Singleton
  HealthCheck broker(@Identifier("broker") Dependency.Probe probe) {
    return new Dependency("broker", probe);
  }

  /**
   * @param partitions of the topics whose events have an order per package; only of topics that are
   *     missing, which gateways and signers make
   * @param replicas of a topic's partitions; the broker's default when it is not set. Of three or
   *     more all but one must have a record
   * @param retention how long the broker keeps records of a topic that is made
   */
  @Produces
  @Identifier("broker")
  @Singleton
  Dependency.Probe probe(
      @Identifier("default-kafka-broker") Map<String, Object> settings,
      @ConfigProperty(name = "countermark.topics.partitions", defaultValue = "8") int partitions,
      @ConfigProperty(name = "countermark.topics.replicas") Optional<Short> replicas,
      @ConfigProperty(name = "countermark.topics.retention", defaultValue = "P7D")
          Duration retention) {
    return new BrokerProbe(
        settings,
        new PlatformTopics(partitions, replicas, retention).of(Topics.ordered(), Topics.single()));
  }

  void show(
      @Observes StartupEvent started,
      @Readiness Instance<HealthCheck> checks,
      MeterRegistry meters) {
    Dependency.show(checks, meters);
  }

  void close(@Disposes @Readiness HealthCheck check) throws Exception {
    if (check instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
