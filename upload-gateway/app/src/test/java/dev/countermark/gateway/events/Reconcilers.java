package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.gateway.resync.Renewal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reconcilers as tests need them. */
public final class Reconcilers {
  /** Where nothing that is available has to be signed anew. */
  static final Renewal.Source ALL_FRESH =
      () ->
          new Renewal() {
            @Override
            public <R extends PackageRecord<R>> boolean isStale(Format<R, ?> format, R record) {
              return false;
            }

            @Override
            public <R extends PackageRecord<R>> void renew(Format<R, ?> format, R record) {
              throw new AssertionError("nothing is stale");
            }
          };

  private static final String DEAD = "gateways/another.json";

  private Reconcilers() {}

  /** That of a gateway that knows of no reason to look for anything. */
  public static Reconciler of(BlobStore store, UploadEvents events, Clock clock) {
    return of(store, events, ALL_FRESH, repair -> {}, clock);
  }

  /** The same, where signatures get stale. */
  public static Reconciler of(
      BlobStore store,
      UploadEvents events,
      Renewal.Source renewals,
      Consumer<Reconciler.Repair> repaired,
      Clock clock) {
    UntoldUploads untold = new UntoldUploads();
    return new Reconciler(
        store,
        events,
        renewals,
        new Reconciler.Reasons(
            new GatewayLives(store, "this", untold, clock),
            untold,
            new BrokerIdentity(store, Optional::empty)),
        repaired,
        clock);
  }

  /** That of a gateway beside one that was heard of ten minutes ago. */
  public static Reconciler afterADeath(BlobStore store, UploadEvents events, Clock clock) {
    BlobStore seen = withAnOldSign(store);
    UntoldUploads none = new UntoldUploads();
    new GatewayLives(seen, "another", none, Clock.offset(clock, Duration.ofMinutes(-10))).beat();
    new GatewayLives(seen, "this", none, clock).beat();
    return of(seen, events, clock);
  }

  /** The store's clock cannot be set back, but in what it lists. */
  private static BlobStore withAnOldSign(BlobStore store) {
    return (BlobStore)
        Proxy.newProxyInstance(
            BlobStore.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) -> {
              try {
                Object answer = method.invoke(store, arguments);
                return answer instanceof BlobStore.Page page ? old(page) : answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static BlobStore.Page old(BlobStore.Page page) {
    List<BlobStore.Entry> entries =
        page.entries().stream()
            .map(
                e ->
                    e.key().equals(DEAD)
                        ? new BlobStore.Entry(
                            e.key(), e.size(), e.lastModified().minus(Duration.ofMinutes(10)))
                        : e)
            .toList();
    return new BlobStore.Page(entries, page.more());
  }
}
