package dev.countermark.gateway.resync;

import dev.countermark.contracts.Events.PackageResynced;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.resync.Campaign.Asked;
import dev.countermark.gateway.resync.Campaign.Lease;
import dev.countermark.gateway.resync.Campaign.Phase;
import dev.countermark.gateway.resync.CampaignOrder.SenselessException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** The same of each while uploads wait, perhaps for what never comes. */
  private static final int LEAST = 2;

  /** Campaigns that a gateway is at; each holds what it has planned. Others wait for their turn. */
  private static final int MOST_RUNS = 32;

  /** Of them, so many are kept for those of administrators. */
  private static final int KEPT_RUNS = 8;

  /** Of one repository that may be open, of those who are no administrators. */
  private static final int MOST_OF_REPOSITORY = 3;

  /** How long what another gateway began, or left, may go unnoticed. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  private static final Duration FIRST_REST = Duration.ofSeconds(2);
  private static final Duration LONGEST_REST = Duration.ofMinutes(1);

  /** So long nobody was at it, although it is open: perhaps its mark is missing. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);

  private static final int LONGEST_TEXT = 1_000;

  private final CampaignStore store;
  private final List<Format<?, ?>> formats;
  private final CampaignRun.Parts parts;
  private final BooleanSupplier uploadsWait;
  private final Clock clock;
  private final Map<String, CampaignRun> runs = new ConcurrentHashMap<>();
  private final Map<String, Rest> resting = new ConcurrentHashMap<>();

  /** Open ones that no administrator began; while there is no room they are not read again. */
  private final Set<String> ofTokens = new HashSet<>();

  private volatile Instant lookAt = Instant.MIN;

  /** After a failure; each one in a row doubles it. */
  private record Rest(Instant until, Duration length) {}

  /** Who asks; nobody knows his name when it was an event. */
  public record Requester(Optional<String> subject, boolean administrator) {
    /** Whoever may write events. */
    static final Requester OF_EVENTS = new Requester(Optional.empty(), true);
  }

  /** It cannot be started now, or not by him; the message is for people. */
  public static final class TakenException extends Exception {
    TakenException(String message) {
      super(message);
    }
  }

  /**
   * @param uploadsWait whether uploads wait so long that next to nothing else should be told to
   *     signers
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
   * Starts one, unless there was the same before.
   *
   * @return the one that there is
   * @throws SenselessException when it makes no sense
   * @throws TakenException when there was another one of its id, or too many are open
   */
  public CampaignStatus start(ResyncRequested request, Requester by)
      throws SenselessException, TakenException {
    CampaignOrder order = CampaignOrder.of(request, formats);
    Optional<Campaign> before = store.find(request.campaign());
    Optional<Instant> since = order.repository().flatMap(store::createdAt);
    if (before.isEmpty()) {
      if (order.repository().isPresent() && since.isEmpty()) {
        throw new SenselessException("there is no repository " + order.repository().get());
      }
      if (!by.administrator()) {
        requireFew(order.repository());
      }
      // Before as well: without a mark nobody goes on with it.
      store.mark(request.campaign());
    } else if (!by.administrator()
        && since.filter(at -> !before.get().asked().at().isBefore(at)).isEmpty()) {
      // That of a repository which had the name before is nobody's business.
      throw taken(request);
    }
    Asked asked = new Asked(clock.instant(), by.subject(), by.administrator(), Optional.empty());
    boolean examines = request.dryRun() || order.mayBreak();
    Campaign campaign =
        store.create(Campaign.of(request, asked, examines ? Phase.EXAMINING : Phase.RUNNING));
    if (!campaign.request().equals(request)) {
      throw taken(request);
    }
    lookAt = Instant.MIN;
    return told(campaign);
  }

  private static TakenException taken(ResyncRequested request) {
    return new TakenException(
        "another campaign has, or had, the id " + request.campaign() + ": choose another one");
  }

  private void requireFew(Optional<RepositoryName> repository) throws TakenException {
    long open =
        store.open().stream()
            .flatMap(id -> store.find(id).stream())
            .filter(c -> c.isOpen() && !c.asked().byAdministrator())
            .filter(c -> told(c).ofRepository().equals(repository))
            .count();
    if (open >= MOST_OF_REPOSITORY) {
      throw new TakenException(
          open + " campaigns of this repository are open: let one end, or cancel it");
    }
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
    Asked asked = new Asked(now, Optional.empty(), true, Optional.empty());
    store.create(Campaign.of(request, asked, Phase.EXAMINING).refused(why, now));
  }

  /** One of an id, whether it has ended or not. */
  public Optional<CampaignStatus> find(String id) {
    Optional<Campaign> campaign = stored(id);
    campaign
        .filter(c -> c.isOpen() && c.lease().until().isBefore(clock.instant().minus(FORGOTTEN)))
        .ifPresent(c -> store.mark(c.id()));
    return campaign.map(this::told);
  }

  private Optional<Campaign> stored(String id) {
    return ResyncRequested.isId(id) ? store.find(id) : Optional.empty();
  }

  /**
   * Some campaigns.
   *
   * @param next position after which the next page begins; empty on the last one
   */
  public record Page(List<CampaignStatus> campaigns, Optional<String> next) {}

  /**
   * In the order of their ids.
   *
   * @param after position; empty for the beginning
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
    Optional<CampaignStatus> paused =
        change(
            id, old -> old.phase() == Phase.PAUSED ? old : old.in(Phase.PAUSED, clock.instant()));
    paused.filter(c -> !c.hasEnded()).ifPresent(c -> store.close(id));
    return paused;
  }

  /** For good; what signers have already is signed. */
  public Optional<CampaignStatus> cancel(String id) {
    return change(id, old -> old.in(Phase.CANCELLED, clock.instant()));
  }

  /**
   * Goes on with what was paused.
   *
   * @throws TakenException when too many are open
   */
  public Optional<CampaignStatus> resume(String id, Requester by) throws TakenException {
    Optional<Campaign> paused = stored(id).filter(c -> c.phase() == Phase.PAUSED);
    if (paused.isPresent() && !by.administrator()) {
      requireFew(told(paused.get()).ofRepository());
    }
    // Before as well: whoever ends in between leaves a mark too many, which goes away by itself.
    paused.ifPresent(c -> store.mark(id));
    Optional<CampaignStatus> resumed =
        change(
            id,
            old ->
                old.phase() == Phase.PAUSED
                    ? old.in(old.asked().before().orElse(Phase.RUNNING), clock.instant())
                    : old);
    resumed.filter(c -> !c.hasEnded()).ifPresent(c -> store.mark(id));
    lookAt = Instant.MIN;
    return resumed;
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

  /** Packages of theirs that were planned so far. */
  long planned() {
    return runs.values().stream().mapToLong(run -> run.tally().allPlanned()).sum();
  }

  /** Packages of theirs that are dealt with. */
  long done() {
    return runs.values().stream().mapToLong(run -> run.tally().done()).sum();
  }

  /** A signer dealt with a package of a campaign, perhaps of one of another gateway. */
  public void heard(PackageResynced what) {
    CampaignRun run = what.campaign() == null ? null : runs.get(what.campaign());
    // Whoever may write to the topic may write anything.
    if (run == null
        || what.result() == null
        || what.repository() == null
        || what.name() == null
        || what.digest() == null) {
      return;
    }
    run.heard(
        new PackageResynced(
            what.repository(),
            what.name(),
            what.digest(),
            what.campaign(),
            what.result(),
            what.code().map(Campaigns::cut),
            what.detail().map(Campaigns::cut),
            what.signature()));
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
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
      Set<String> open = new LinkedHashSet<>(store.open());
      ofTokens.retainAll(open);
      for (String id : open) {
        boolean hasRoom = runs.size() < (ofTokens.contains(id) ? MOST_RUNS - KEPT_RUNS : MOST_RUNS);
        if (hasRoom && !runs.containsKey(id) && !rests(id, now)) {
          take(id);
        }
      }
    }
    if (runs.isEmpty()) {
      return false;
    }
    boolean modest = uploadsWait.getAsBoolean();
    int share = modest ? LEAST : Math.max(1, IN_FLIGHT / runs.size());
    boolean more = false;
    for (Map.Entry<String, CampaignRun> run : runs.entrySet()) {
      more |= step(run.getKey(), run.getValue(), share, modest);
    }
    return more;
  }

  private boolean step(String id, CampaignRun run, int share, boolean modest) {
    try {
      boolean more = run.step(share, modest);
      resting.remove(id);
      if (run.isOver()) {
        runs.remove(id);
      }
      return more;
    } catch (Failure e) {
      failed(id);
      LOG.warnf("the campaign %s goes on later: %s", id, e.getMessage());
    } catch (RuntimeException e) {
      failed(id);
      LOG.errorf(e, "the campaign %s goes on later", id);
    }
    return false;
  }

  /** Perhaps it was written all the same: what is true is in the store, and is read again. */
  private void failed(String id) {
    runs.remove(id);
    Duration length =
        Optional.ofNullable(resting.get(id))
            .map(r -> r.length().multipliedBy(2))
            .orElse(FIRST_REST);
    Duration rest = length.compareTo(LONGEST_REST) < 0 ? length : LONGEST_REST;
    resting.put(id, new Rest(clock.instant().plus(rest), rest));
  }

  private boolean rests(String id, Instant now) {
    Rest rest = resting.get(id);
    return rest != null && now.isBefore(rest.until());
  }

  private void take(String id) {
    try {
      Optional<Campaign> campaign = store.find(id);
      if (campaign.filter(Campaign::isOpen).isEmpty()) {
        store.close(id);
        return;
      }
      if (!campaign.get().asked().byAdministrator()) {
        ofTokens.add(id);
        if (runs.size() >= MOST_RUNS - KEPT_RUNS) {
          return;
        }
      }
      // First: a gateway that does not know its formats must not keep it from those that do.
      CampaignOrder order = CampaignOrder.of(campaign.get().request(), formats);
      Lease mine = new Lease(parts.holder(), clock.instant().plus(CampaignRun.LEASE));
      campaign = store.change(id, old -> mayTake(old) ? old.held(mine) : old);
      if (campaign.filter(c -> c.isOpen() && c.lease().equals(mine)).isPresent()) {
        runs.put(id, new CampaignRun(campaign.get(), order, parts));
        LOG.infof("goes on with the resync campaign %s", id);
      }
    } catch (Failure | MalformedJsonException | SenselessException e) {
      failed(id);
      LOG.warnf("the campaign %s is looked at again soon: %s", id, e.getMessage());
    } catch (RuntimeException e) {
      failed(id);
      LOG.errorf(e, "the campaign %s is looked at again soon", id);
    }
  }

  private boolean mayTake(Campaign campaign) {
    return campaign.isOpen()
        && (campaign.lease().holder().equals(parts.holder())
            || !clock.instant().isBefore(campaign.lease().until()));
  }
}
