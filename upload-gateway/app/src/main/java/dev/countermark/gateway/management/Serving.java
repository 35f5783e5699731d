package dev.countermark.gateway.management;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.health.api.HealthGroup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether clients are to be sent here. Packages can be fetched while broker and key service are
 * away, and what one replica cannot reach no other does: all of them would be taken out at once.
 * But one that never yet reached everything perhaps has wrong addresses, and must replace no other.
 */
@HealthGroup(Serving.GROUP)
@ApplicationScoped
class Serving implements HealthCheck {
  static final String GROUP = "serving";
  static final String STORE = "object-store";

  private final HealthCheck store;
  private final Iterable<HealthCheck> all;
  private volatile boolean reachedAll;
  private volatile boolean leaving;

  /**
   * @param all what a push needs, the store as well
   */
  @Inject
  Serving(@Identifier(STORE) HealthCheck store, @Readiness Instance<HealthCheck> all) {
    this(store, (Iterable<HealthCheck>) all);
  }

  Serving(HealthCheck store, Iterable<HealthCheck> all) {
    this.store = store;
    this.all = all;
  }

  /** It still answers whoever comes, for as long as others need to learn that. */
  void leave(@Observes ShutdownDelayInitiatedEvent event) {
    leaving = true;
  }

  @Override
  public HealthCheckResponse call() {
    Stream<HealthCheck> needed =
        reachedAll ? Stream.of(store) : StreamSupport.stream(all.spliterator(), false);
    boolean up = needed.allMatch(check -> check.call().getStatus() == Status.UP);
    reachedAll |= up;
    return HealthCheckResponse.named(GROUP).status(up && !leaving).build();
  }
}
