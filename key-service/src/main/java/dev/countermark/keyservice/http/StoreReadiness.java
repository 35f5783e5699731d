package dev.countermark.keyservice.http;

import dev.countermark.contracts.Failure;
import dev.countermark.keyservice.KeyService;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the keys bucket answers: nothing can be signed without it. */
@Readiness
class StoreReadiness implements HealthCheck {
  private final KeyService service;

  StoreReadiness(KeyService service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    try {
      service.probe();
      return HealthCheckResponse.up("keys-bucket");
    } catch (Failure.Transient e) {
      return HealthCheckResponse.named("keys-bucket")
          .down()
          .withData("reason", e.getMessage())
          .build();
    }
  }
}
