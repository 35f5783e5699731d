package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Topics;
import dev.countermark.keys.KeyClient;
import dev.countermark.readiness.BrokerProbe;
import dev.countermark.readiness.Dependency;
import dev.countermark.readiness.PlatformTopics;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** A signer is ready while everything answers that a signature needs, and it may have work. */
@ApplicationScoped
class Dependencies {
  private static final Logger LOG = Logger.getLogger(Dependencies.class);

  /** Whoever starts everything at once starts the broker, too. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Produces
  @Readiness
  @Singleton
  HealthCheck store(BlobStore store) {
    return new Dependency("object-store", () -> store.head(ObjectKeys.PROBE));
  }

  /** With what each of the formats signed here is known by. */
  @Produces
  @Readiness
  @Singleton
  HealthCheck keys(KeyClients clients, RecordSigners signers, SignerConfig config) {
    Set<KeyClient> hosted = new LinkedHashSet<>();
    for (Format<?, ?> format : HostedFormats.of(config.formats(), signers.known())) {
      hosted.add(clients.of(format));
    }
    return new Dependency("key-service", () -> hosted.forEach(KeyClient::probe));
  }

  @Produces
  @Readiness
  @Singleton
  HealthCheck groups(
      @Identifier(JoinedGroups.NAME) JoinedGroups joined,
      RecordSigners signers,
      SignerConfig config) {
    List<Format<?, ?>> hosted = HostedFormats.of(config.formats(), signers.known());
    return new Dependency("consumer-groups", () -> joined.require(hosted));
  }

  /**
   * @param partitions of the topics whose events have an order per package; only of topics that are
   *     missing, which gateways and signers make
   * @param replicas of a topic's partitions; the broker's default when it is not set. Of three or
   *     more all but one must have a record
   * @param retention how long the broker keeps records of a topic that is made
   */
  @Produces
  @Singleton
  BrokerProbe broker(
      @Identifier("default-kafka-broker") Map<String, Object> settings,
      @ConfigProperty(name = "countermark.topics.partitions", defaultValue = "8") int partitions,
      @ConfigProperty(name = "countermark.topics.replicas") Optional<Short> replicas,
      @ConfigProperty(name = "countermark.topics.retention", defaultValue = "P7D")
          Duration retention) {
    return new BrokerProbe(
        settings,
        new PlatformTopics(partitions, replicas, retention).of(Topics.ordered(), Topics.single()));
  }

  @Produces
  @Readiness
  @Singleton
  HealthCheck broker(BrokerProbe broker) {
    return new Dependency("broker", broker);
  }

  /** Before any channel is connected: a consumer finds a topic that is made later only later. */
  void makeTopics(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent started,
      BrokerProbe broker) {
    broker
        .prepare(PATIENCE)
        .ifPresent(why -> LOG.warnf("the broker's topics are made later: %s", why));
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
