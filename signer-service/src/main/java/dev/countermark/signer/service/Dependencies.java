package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.keys.KeyClient;
import dev.countermark.readiness.BrokerProbe;
import dev.countermark.readiness.Dependency;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/** A signer is ready while everything answers that a signature needs. */
@ApplicationScoped
class Dependencies {
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
  HealthCheck broker(@Identifier("default-kafka-broker") Map<String, Object> settings) {
    return new Dependency("broker", new BrokerProbe(settings));
  }

  void close(@Disposes @Readiness HealthCheck check) throws Exception {
    if (check instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
