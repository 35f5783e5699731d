package dev.countermark.gateway.resync;

import dev.countermark.contracts.Events.PackageResynced;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.resync.Campaign.Lease;
import dev.countermark.gateway.resync.Campaign.Phase;
import dev.countermark.gateway.resync.CampaignOrder.SenselessException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * The campaigns that are open, and this gateway's share of them. Each has one gateway at a time,
 * and all of one gateway share what may be with the signers at a time, so that a campaign of a
 * million packages does not delay one of ten.
 */
public final class Campaigns {
  private static final Logger LOG = Logger.getLogger(Campaigns.class);

  /** Packages that this gateway's campaigns may have with the signers: these take uploads first. */
  private static final int IN_FLIGHT = 256;

  private static final Duration LOOK = Duration.ofSeconds(2);

  private final CampaignStore store;
  private final List<Format<?, ?>> formats;
  private final CampaignRun.Parts parts;
  private final BooleanSupplier uploadsWait;
  private final Clock clock;
  private final Map<String, CampaignRun> runs = new ConcurrentHashMap<>();
  private volatile Instant lookAt = Instant.MIN;

  /**
   * @param uploadsWait whether uploads wait so long that nothing else should be told to signers
   */
  Campaigns(
      List<GatewayFormat<?, ?>> formats, CampaignRun.Parts parts, BooleanSupplier uploadsWait) {
    this.store = parts.store();
    this.formats = new ArrayList<>();
    formats.forEach(f -> this.formats.add(f.format()));
    this.parts = parts;
    this.uploadsWait = uploadsWait;
    this.clock = parts.clock();
  }

  /**
   * Starts one, unless there was one of its id before.
   *
   * @param by who asks for it, if that is known
   * @return the one that there is
   * @throws SenselessException when it makes no sense; then there is none, unless it has an id
   */
  public CampaignStatus start(ResyncRequested request, Optional<String> by)
      throws SenselessException {
    CampaignOrder order = CampaignOrder.of(request, formats);
    boolean examines = request.dryRun() || order.mayBreak();
    Campaign campaign =
        store.create(
            Campaign.of(request, by, examines ? Phase.EXAMINING : Phase.RUNNING, clock.instant()));
    lookAt = Instant.MIN;
    return told(campaign);
  }

  private CampaignStatus told(Campaign campaign) {
    return CampaignStatus.of(campaign, clock.instant());
  }

  /** An id for a campaign that nobody gave one; later ones follow earlier ones. */
  public String newId() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "")
        + "-"
        + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Writes down that a request made no sense, so that whoever sent an event finds out. */
  void refuse(ResyncRequested request, String why) {
    Instant now = clock.instant();
    store.create(Campaign.of(request, Optional.empty(), Phase.EXAMINING, now).refused(why, now));
  }

  /** One of an id, whether it has ended or not. */
  public Optional<CampaignStatus> find(String id) {
    return stored(id).map(this::told);
  }

  private Optional<Campaign> stored(String id) {
    return CampaignOrder.isId(id) ? store.find(id) : Optional.empty();
  }

  /**
   * Some campaigns.
   *
   * @param next id after which the next page begins; empty on the last one
   */
  public record Page(List<CampaignStatus> campaigns, Optional<String> next) {}

  /**
   * In the order of their ids.
   *
   * @param after id; empty for the beginning
   */
  public Page list(String after, int size) {
    CampaignStore.Page page = store.list(after, size);
    return new Page(page.campaigns().stream().map(this::told).toList(), page.next());
  }

  /**
   * The packages of one.
   *
   * @param state only packages of it; empty for all
   * @param last where the page before ended; empty for the first one
   * @return empty when there is no such campaign, or {@code last} is no position
   */
  public Optional<CampaignItems> items(String id, Optional<String> state, String last, int size) {
    return stored(id).flatMap(c -> CampaignItems.of(c, store, state, last, size));
  }

  /** Goes no further until it is resumed. */
  public Optional<CampaignStatus> pause(String id) {
    return change(
        id, old -> old.phase() == Phase.PAUSED ? old : old.in(Phase.PAUSED, clock.instant()));
  }

  /** For good; what signers have already is signed. */
  public Optional<CampaignStatus> cancel(String id) {
    return change(id, old -> old.in(Phase.CANCELLED, clock.instant()));
  }

  /** Goes on with what was paused. */
  public Optional<CampaignStatus> resume(String id) {
    return change(
        id,
        old ->
            old.phase() == Phase.PAUSED
                ? old.in(old.asked().before().orElse(Phase.RUNNING), clock.instant())
                : old);
  }

  private Optional<CampaignStatus> change(String id, UnaryOperator<Campaign> how) {
    return store.change(id, old -> old.phase().hasEnded() ? old : how.apply(old)).map(this::told);
  }

  /** Campaigns that this gateway is at. */
  int active() {
    return runs.size();
  }

  /** Packages of theirs that signers have. */
  int inFlight() {
    return runs.values().stream().mapToInt(CampaignRun::inFlight).sum();
  }

  /** A signer dealt with a package of a campaign, perhaps of one of another gateway. */
  public void heard(PackageResynced what) {
    if (what.campaign() != null) {
      CampaignRun run = runs.get(what.campaign());
      if (run != null) {
        run.heard(what);
      }
    }
  }

  /**
   * Goes on with all of them as far as they can without waiting; called all the time, by one
   * thread.
   *
   * @return whether there is more to do at once
   */
  boolean step() {
    Instant now = clock.instant();
    if (now.isAfter(lookAt)) {
      lookAt = now.plus(LOOK);
      store.open().stream().filter(id -> !runs.containsKey(id)).forEach(this::take);
    }
    if (runs.isEmpty()) {
      return false;
    }
    int share = uploadsWait.getAsBoolean() ? 0 : Math.max(1, IN_FLIGHT / runs.size());
    boolean more = false;
    for (Map.Entry<String, CampaignRun> run : runs.entrySet()) {
      more |= step(run.getKey(), run.getValue(), share);
    }
    return more;
  }

  private boolean step(String id, CampaignRun run, int share) {
    try {
      boolean more = run.step(share);
      if (run.isOver()) {
        runs.remove(id);
      }
      return more;
    } catch (Failure e) {
      LOG.warnf("the campaign %s goes on later: %s", id, e.getMessage());
      return false;
    } catch (RuntimeException e) {
      LOG.errorf(e, "the campaign %s goes on later", id);
      runs.remove(id); // as it is in the store, by whoever takes it
      return false;
    }
  }

  private void take(String id) {
    try {
      Instant now = clock.instant();
      Lease mine = new Lease(parts.holder(), now.plus(CampaignRun.LEASE));
      Optional<Campaign> campaign =
          store.change(
              id,
              old ->
                  old.phase().hasEnded()
                          || now.isBefore(old.lease().until())
                              && !old.lease().holder().equals(parts.holder())
                      ? old
                      : old.held(mine));
      if (campaign.filter(c -> !c.phase().hasEnded()).isEmpty()) {
        store.close(id);
      } else if (campaign.get().lease().equals(mine)) {
        CampaignOrder order = CampaignOrder.of(campaign.get().request(), formats);
        runs.put(id, new CampaignRun(campaign.get(), order, parts));
        LOG.infof("goes on with the resync campaign %s", id);
      }
    } catch (Failure | MalformedJsonException | SenselessException e) {
      // Of a format that is not here, or of a later version: another gateway may know it.
      LOG.warnf("the campaign %s is looked at again soon: %s", id, e.getMessage());
    } catch (RuntimeException e) {
      LOG.errorf(e, "the campaign %s is looked at again soon", id);
    }
  }
}
