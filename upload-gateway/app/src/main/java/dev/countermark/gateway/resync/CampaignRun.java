package dev.countermark.gateway.resync;

import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageResynced;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.ResyncResult;
import dev.countermark.gateway.resync.Campaign.Lease;
import dev.countermark.gateway.resync.Campaign.Phase;
import dev.countermark.gateway.resync.Campaign.Walk;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * One campaign in the gateway that is at it. Its packages are planned in batches, each written
 * before the record names it, and published only after that; a batch whose packages are all dealt
 * with is written once more, and leaves the record in the same change that counts it. Whoever takes
 * over publishes again what nothing was heard of: signers find it done, and what its signature was
 * when it was planned tells whether it changed.
 *
 * <p>Used by one thread; only {@link #heard}, and what tells how far it is, by others.
 */
final class CampaignRun {
  private static final Logger LOG = Logger.getLogger(CampaignRun.class);

  /** Batches that may be open: one package that is tried for long must not keep the others. */
  private static final int MOST_OPEN = 8;

  /** Whoever does not come back within this time loses it to another gateway. */
  static final Duration LEASE = Duration.ofSeconds(15);

  private static final Duration RENEW = Duration.ofSeconds(5);

  /** How long others' changes, such as a pause, may go unnoticed. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Nothing was heard for so long: perhaps it got lost. Twice as long each time in vain. */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(16);

  /** A broker that takes nothing is left alone for so long. */
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

  /** While uploads wait it rests this many times as long as it planned. */
  private static final int MODEST_REST = 4;

  /** Answers that wait to be looked at; what is more is asked for again. */
  private static final int MOST_HEARD = 4_096;

  /** What a campaign works with. */
  record Parts(
      CampaignStore store,
      Supplier<CampaignWalk> walks,
      ResyncPublisher publisher,
      Breakages breakages,
      Staleness.Source staleness,
      Consumer<ResyncResult> results,
      String holder,
      Clock clock) {}

  private static final class Open {
    private final String position;
    private final Batch.Item[] items;
    private int left;

    Open(Batch batch) {
      this.position = batch.position();
      this.items = batch.items().toArray(Batch.Item[]::new);
      this.left = (int) batch.items().stream().filter(item -> item.result().isEmpty()).count();
    }
  }

  /** A package that was not heard of yet. */
  private static final class Waiting {
    private final int batch;
    private final int index;
    private volatile boolean sent;

    Waiting(int batch, int index) {
      this.batch = batch;
      this.index = index;
    }
  }

  private final Parts parts;
  private final CampaignOrder order;
  private final CampaignWalk walk;
  private final Map<String, Format<?, ?>> formats = new HashMap<>();
  private final TreeMap<Integer, Open> open = new TreeMap<>();
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();
  private final Queue<PackageResynced> heard = new LinkedBlockingQueue<>(MOST_HEARD);
  private volatile int inFlight;
  private volatile Campaign campaign;
  private Instant lookedAt;
  private Instant heardAt;
  private Duration silence = SILENCE;
  private volatile Instant sendAgainAt = Instant.MIN;
  private Instant planAgainAt = Instant.MIN;
  private final Pace pace;
  private boolean isOver;

  /**
   * @param campaign that the lease of {@code parts.holder} is on
   */
  CampaignRun(Campaign campaign, CampaignOrder order, Parts parts) {
    this.parts = parts;
    this.order = order;
    this.walk = parts.walks().get();
    this.campaign = campaign;
    this.lookedAt = parts.clock().instant();
    this.heardAt = lookedAt;
    this.pace = new Pace(lookedAt);
    order.formats().forEach(f -> formats.put(f.label(), f));
    for (int number : campaign.walk().open()) {
      parts.store().batch(campaign.id(), number).ifPresent(batch -> open(number, batch));
    }
  }

  private void open(int number, Batch batch) {
    Open opened = new Open(batch);
    open.put(number, opened);
    for (int i = 0; i < opened.items.length; i++) {
      if (opened.items[i].result().isEmpty()) {
        waiting.put(key(opened.items[i]), new Waiting(number, i));
      }
    }
  }

  private static String key(Batch.Item item) {
    return item.format() + " " + item.repository() + " " + item.name() + " " + item.digest();
  }

  /** It has ended, or another gateway is at it. */
  boolean isOver() {
    return isOver;
  }

  /** Packages that signers had after the last step. */
  int inFlight() {
    return inFlight;
  }

  /** How far it has come, by what is written. */
  Campaign.Tally tally() {
    return campaign.tally();
  }

  private int withSigners() {
    return (int) waiting.values().stream().filter(w -> w.sent).count();
  }

  /** A signer dealt with a package of it. */
  void heard(PackageResynced what) {
    if (!heard.offer(what)) {
      LOG.debugf("an answer for %s is asked for again", what.name());
    }
  }

  /**
   * Goes on as far as it can without waiting.
   *
   * @param most packages that may be with the signers
   * @param modest leaves most of the time to others
   * @return whether there is more to do at once
   */
  boolean step(int most, boolean modest) {
    Instant now = parts.clock().instant();
    if (now.isAfter(lookedAt.plus(LOOK))) {
      look(now);
    }
    boolean moved = settle(now);
    if (isOver) {
      return false;
    }
    if (campaign.phase() == Phase.EXAMINING) {
      examine(now);
      return !isOver;
    }
    if (!campaign.walk().ended() && open.size() < MOST_OPEN && !now.isBefore(planAgainAt)) {
      plan(modest);
      moved = true;
    }
    if (!isOver && campaign.walk().ended() && open.isEmpty() && campaign.walk().open().isEmpty()) {
      end(c -> c.in(Phase.DONE, now));
      return false;
    }
    return publish(most, now) || moved;
  }

  private void look(Instant now) {
    lookedAt = now;
    Optional<Campaign> there = parts.store().find(campaign.id());
    if (there.filter(this::isMine).isEmpty()) {
      there.filter(c -> !c.isOpen()).ifPresent(c -> parts.store().close(c.id()));
      isOver = true;
      return;
    }
    campaign = there.get();
    if (campaign.lease().until().minus(LEASE).plus(RENEW).isBefore(now)) {
      change(UnaryOperator.identity());
    }
  }

  private boolean isMine(Campaign there) {
    return there.isOpen() && there.lease().holder().equals(parts.holder());
  }

  /** Changes the record, on what others made of it meanwhile; not when it is another's. */
  private boolean change(UnaryOperator<Campaign> change) {
    boolean[] mine = new boolean[1];
    Lease lease = new Lease(parts.holder(), parts.clock().instant().plus(LEASE));
    Optional<Campaign> now =
        parts
            .store()
            .change(
                campaign.id(),
                old -> {
                  mine[0] = isMine(old);
                  if (!mine[0]) {
                    return old;
                  }
                  Campaign changed = change.apply(old);
                  return changed.phase().hasEnded() ? changed : changed.held(lease);
                });
    isOver |= !mine[0] || now.isEmpty();
    now.filter(c -> mine[0]).ifPresent(c -> campaign = c);
    return !isOver;
  }

  private void end(UnaryOperator<Campaign> how) {
    if (change(how)) {
      parts.store().close(campaign.id());
      parts.publisher().progressed(campaign);
      isOver = true;
    }
  }

  // ---- examining ------------------------------------------------------------------------------

  private void examine(Instant now) {
    Examination examination =
        new Examination(
            campaign.request().mode(),
            parts.breakages(),
            parts.staleness().get(),
            campaign.broken());
    String before = campaign.walk().position();
    CampaignWalk.Page page = walk.go(order, campaign.walk().position(), examination);
    if (!page.ended()) {
      // Counted once, though a change may be made whose answer is lost.
      change(
          c ->
              c.walk().position().equals(before)
                  ? c.at(
                      new Walk(page.position(), false, 0, List.of()),
                      c.tally().with(examination.planned(), examination.results()),
                      examination.broken())
                  : c);
      return;
    }
    if (campaign.request().dryRun()) {
      end(c -> c.in(Phase.DONE, now));
    } else if (campaign.broken().count() > 0 && !campaign.request().confirm()) {
      end(c -> c.refused(Planning.NOT_CONFIRMED, now));
    } else {
      // From the beginning, with what is broken known.
      change(
          c ->
              c.phase() == Phase.EXAMINING
                  ? c.in(Phase.RUNNING, now).at(Walk.BEGINNING, Campaign.Tally.NOTHING, c.broken())
                  : c);
    }
  }

  // ---- planning -------------------------------------------------------------------------------

  /**
   * @param modest leaves most of the time to others
   */
  private void plan(boolean modest) {
    long began = System.nanoTime();
    Planning planning = new Planning(campaign.request(), parts.breakages(), parts.staleness());
    CampaignWalk.Page page = walk.go(order, campaign.walk().position(), planning);
    List<Batch.Item> items = planning.items();
    Walk before = campaign.walk();
    if (items.isEmpty()) {
      change(
          c ->
              c.at(
                  new Walk(page.position(), page.ended(), before.batches(), c.walk().open()),
                  c.tally(),
                  c.broken()));
      return;
    }
    int number = before.batches();
    // One that is there is of somebody who died, or sleeps, and perhaps it was of another listing.
    Batch batch = parts.store().plan(campaign.id(), number, new Batch(page.position(), items));
    change(
        c -> {
          if (c.walk().batches() != number) {
            return c; // done already, and only the answer was lost
          }
          List<Integer> nowOpen = new ArrayList<>(c.walk().open());
          nowOpen.add(number);
          return c.at(
              new Walk(batch.position(), false, number + 1, nowOpen),
              c.tally().with(batch.byFormat(), Map.of()),
              c.broken());
        });
    if (!isOver && campaign.walk().open().contains(number)) {
      batch.items().forEach(item -> item.result().ifPresent(parts.results()));
      open(number, batch);
    }
    if (modest) {
      Duration work = Duration.ofNanos(System.nanoTime() - began);
      planAgainAt = parts.clock().instant().plus(work.multipliedBy(MODEST_REST));
    }
  }

  // ---- publishing -----------------------------------------------------------------------------

  private boolean publish(int most, Instant now) {
    if (now.isBefore(sendAgainAt)) {
      return false;
    }
    if (now.isAfter(heardAt.plus(silence))) {
      heardAt = now;
      Duration longer = silence.multipliedBy(2);
      silence = longer.compareTo(LONGEST_SILENCE) < 0 ? longer : LONGEST_SILENCE;
      waiting.values().forEach(w -> w.sent = false);
    }
    int room = Math.min(most - withSigners(), pace.allowed(campaign.request().rate(), now));
    boolean published = false;
    for (Waiting next : waiting.values()) {
      if (room <= 0 || now.isBefore(sendAgainAt)) {
        break;
      }
      if (!next.sent) {
        send(next);
        room--;
        pace.took();
        published = true;
      }
    }
    inFlight = withSigners();
    return published;
  }

  private void send(Waiting next) {
    Batch.Item item = open.get(next.batch).items[next.index];
    next.sent = true;
    var unused =
        parts
            .publisher()
            .publish(
                formats.get(item.format()),
                new PackageResyncRequested(
                    item.repository(),
                    item.name(),
                    item.digest(),
                    campaign.id(),
                    campaign.request().mode(),
                    // It breaks nobody, or somebody confirmed that it does.
                    campaign.request().mode() == ResyncMode.RESIGN_ALL))
            .whenComplete(
                (ok, failure) -> {
                  if (failure != null) {
                    LOG.debugf("told later of %s: %s", item.name(), failure.getMessage());
                    sendAgainAt = parts.clock().instant().plus(AFTER_FAILURE);
                    next.sent = false;
                  }
                });
  }

  // ---- what came of it ------------------------------------------------------------------------

  private boolean settle(Instant now) {
    boolean moved = false;
    for (PackageResynced what = heard.poll(); what != null; what = heard.poll()) {
      if (settle(what)) {
        heardAt = now;
        silence = SILENCE;
        moved = true;
      }
    }
    for (int number : List.copyOf(open.keySet())) {
      if (!isOver && open.get(number).left == 0) {
        close(number);
      }
    }
    return moved;
  }

  private boolean settle(PackageResynced what) {
    for (String format : formats.keySet()) {
      String key = format + " " + what.repository() + " " + what.name() + " " + what.digest();
      Waiting known = waiting.remove(key);
      if (known != null) {
        Open batch = open.get(known.batch);
        Batch.Item item = batch.items[known.index];
        ResyncResult result = result(item, what);
        parts.results().accept(result);
        batch.items[known.index] = item.with(result, what.code(), what.detail());
        batch.left--;
        return true;
      }
    }
    return false;
  }

  /** A signer that was told twice says of the second time that nothing changed. */
  private static ResyncResult result(Batch.Item item, PackageResynced what) {
    if (what.result() != ResyncResult.CHANGED && what.result() != ResyncResult.UNCHANGED) {
      return what.result();
    }
    return what.signature().equals(item.before()) ? ResyncResult.UNCHANGED : ResyncResult.CHANGED;
  }

  private void close(int number) {
    Open ended = open.get(number);
    Batch done = new Batch(ended.position, List.of(ended.items));
    parts.store().put(campaign.id(), number, done);
    boolean counted =
        change(
            c -> {
              Walk walk = c.walk();
              if (!walk.open().contains(number)) {
                return c; // counted already, and only the answer was lost
              }
              List<Integer> left = new ArrayList<>(walk.open());
              left.remove((Integer) number);
              return c.at(
                  new Walk(walk.position(), walk.ended(), walk.batches(), left),
                  c.tally().with(Map.of(), done.byResult()),
                  c.broken());
            });

    if (counted) {
      open.remove(number);
      parts.publisher().progressed(campaign);
    }
  }
}
