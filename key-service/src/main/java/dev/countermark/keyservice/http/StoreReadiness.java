package dev.countermark.keyservice.http;

import dev.countermark.keyservice.KeyService;
import dev.countermark.readiness.Dependency;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the keys bucket answers: nothing can be signed without it. */
@ApplicationScoped
class StoreReadiness {
  @Produces
  @Readiness
  @Singleton
  HealthCheck store(KeyService service) {
    return new Dependency("keys-bucket", service::probe);
  }

  void close(@Disposes @Readiness HealthCheck check) throws Exception {
    if (check instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
