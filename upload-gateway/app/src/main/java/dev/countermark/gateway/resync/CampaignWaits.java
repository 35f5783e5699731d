package dev.countermark.gateway.resync;

import dev.countermark.contracts.RepositoryName;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Waits for campaigns to get further, whichever gateway is at them. Nobody's thread waits, nor
 * memory: each campaign is looked at once a second, for all who wait for it.
 */
public final class CampaignWaits {
  private static final Logger LOG = Logger.getLogger(CampaignWaits.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Who may wait; whoever comes then is answered at once. */
  static final int MOST = 256;

  /** The same of the campaigns of one owner, so that there is room for others. */
  static final int MOST_OF_OWNER = 32;

  private final Function<String, Optional<CampaignStatus>> campaigns;
  private final Supplier<Executor> requests;
  private final ScheduledExecutorService timer;
  private final Semaphore places = new Semaphore(MOST);
  private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

  /** One that waits, who has seen a campaign as it was. */
  private static final class Waiter {
    private final CampaignStatus seen;
    private final Executor goingOn;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Waiter(CampaignStatus seen, Executor goingOn) {
      this.seen = seen;
      this.goingOn = goingOn;
    }

    boolean isOfOwnerOf(CampaignStatus other) {
      return owner(seen).equals(owner(other));
    }

    /** Empty of campaigns of the whole installation. */
    private static String owner(CampaignStatus campaign) {
      return Optional.ofNullable(campaign.owner())
          .or(() -> campaign.ofRepository().map(RepositoryName::owner))
          .orElse("");
    }

    void goOn() {
      try {
        goingOn.execute(() -> done.complete(null));
      } catch (RejectedExecutionException e) {
        done.completeExceptionally(e);
      }
    }
  }

  /**
   * @param campaigns blocks
   * @param requests asked where somebody begins to wait, who needs no memory meanwhile: where it
   *     goes on for his request
   * @param looking may block
   * @param timer must not block
   */
  CampaignWaits(
      Function<String, Optional<CampaignStatus>> campaigns,
      Supplier<Executor> requests,
      ScheduledExecutorService looking,
      ScheduledExecutorService timer) {
    this.campaigns = campaigns;
    this.requests = requests;
    this.timer = timer;
    ScheduledFuture<?> unused =
        looking.scheduleWithFixedDelay(
            this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Done when a campaign is not as it was seen any more, or when patience ends.
   *
   * @return empty when too many wait already
   */
  public Optional<CompletionStage<Void>> changed(CampaignStatus seen, Duration patience) {
    if (waiting.stream().filter(w -> w.isOfOwnerOf(seen)).count() >= MOST_OF_OWNER
        || !places.tryAcquire()) {
      return Optional.empty();
    }
    Waiter waiter = new Waiter(seen, requests.get());
    waiting.add(waiter);
    ScheduledFuture<?> end =
        timer.schedule(waiter::goOn, patience.toMillis(), TimeUnit.MILLISECONDS);
    return Optional.of(
        waiter.done.whenComplete(
            (done, failure) -> {
              end.cancel(false);
              waiting.remove(waiter);
              places.release();
            }));
  }

  /** Nothing where one cannot be read: who waits for others hears of them all the same. */
  private Optional<String> version(String id) {
    try {
      return Optional.of(campaigns.apply(id).map(CampaignStatus::version).orElse("gone"));
    } catch (RuntimeException e) {
      LOG.debugf("the campaign %s is looked at again soon: %s", id, e.getMessage());
      return Optional.empty();
    }
  }

  private void look() {
    try {
      Set<String> ids = new HashSet<>();
      waiting.forEach(waiter -> ids.add(waiter.seen.campaign()));
      Map<String, String> now = new ConcurrentHashMap<>();
      ids.forEach(id -> version(id).ifPresent(version -> now.put(id, version)));
      waiting.stream()
          .filter(
              waiter ->
                  !waiter
                      .seen
                      .version()
                      .equals(now.getOrDefault(waiter.seen.campaign(), waiter.seen.version())))
          .forEach(Waiter::goOn);
    } catch (RuntimeException e) {
      LOG.debugf("campaigns are looked at again soon: %s", e.getMessage());
    }
  }
}
