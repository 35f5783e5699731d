package dev.countermark.gateway.management;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.keys.KeyClient;
import dev.countermark.readiness.BrokerProbe;
import dev.countermark.readiness.Dependency;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/** The gateway is ready while everything answers that a push needs. */
@ApplicationScoped
class Dependencies {
  @Produces
  @Readiness
  @Singleton
  HealthCheck store(BlobStore store) {
    return new Dependency("object-store", () -> store.head(ObjectKeys.PROBE));
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

  @Produces
  @Identifier("broker")
  @Singleton
  Dependency.Probe probe(@Identifier("default-kafka-broker") Map<String, Object> settings) {
    return new BrokerProbe(settings);
  }

  void close(@Disposes @Readiness HealthCheck check) throws Exception {
    if (check instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
