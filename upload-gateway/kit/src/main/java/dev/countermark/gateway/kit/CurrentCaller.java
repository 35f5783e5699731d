package dev.countermark.gateway.kit;

import dev.countermark.gateway.auth.RequestCaller;
import dev.countermark.gateway.transfer.Peer;
import io.quarkus.arc.Arc;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Who makes the request that a thread answers. */
@Singleton
public class CurrentCaller implements RequestCaller {
  private static final String KEY = CurrentCaller.class.getName();
  private static final String COUNTED = KEY + ".counted";

  @Override
  public String address() {
    return request().map(context -> Peer.of(context.request()).address()).orElse("");
  }

  @Override
  public void is(String subject) {
    request().ifPresent(context -> context.put(KEY, subject));
  }

  @Override
  public boolean counts() {
    Optional<RoutingContext> uncounted = request().filter(c -> c.get(COUNTED) == null);
    uncounted.ifPresent(context -> context.put(COUNTED, true));
    return uncounted.isPresent();
  }

  /** Who was found out to make a request; empty when nobody asked. */
  public static Optional<String> of(RoutingContext context) {
    return Optional.ofNullable(context.get(KEY));
  }

  private static Optional<RoutingContext> request() {
    return Arc.container() != null && Arc.container().requestContext().isActive()
        ? Optional.ofNullable(
            Arc.container().instance(CurrentVertxRequest.class).get().getCurrent())
        : Optional.empty();
  }
}
