package dev.countermark.gateway.inventory;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.views.PackageViews;
import dev.countermark.gateway.views.Readers;
import dev.countermark.gateway.views.Seen;
import dev.countermark.gateway.views.SideBySide;
import dev.countermark.gateway.views.ViewMemory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * What lies in repositories, of each format by itself. A small one is looked at by whoever asks; a
 * large one was looked at before, or is in a snapshot, and is kept up to date by events and by
 * looks in the background. Of one that nobody knows yet, or that there is no room for, whoever asks
 * gets a stretch that he reads himself. So no request reads more than a stretch, however much there
 * is.
 */
public final class Inventories {
  private static final Logger LOG = Logger.getLogger(Inventories.class);

  /** Records that one request reads at most. */
  static final int STRETCH = Stretches.LONGEST;

  /** Objects that are remembered to have changed since somebody asked. */
  private static final int MOST_HEARD = 20_000;

  /** How many times as long as a look took there is none. */
  private static final int REST = 50;

  /** Repositories that are read as a whole at the same time. */
  private static final int MADE_AT_ONCE = 2;

  /** To read fewer packages takes no longer than a snapshot is worth. */
  private static final int LEAST_KEPT = 1_000;

  private static final Duration TOO_LARGE_STAYS = Duration.ofHours(1);

  /** What is needed to read a repository. */
  public record Parts(
      BlobStore store,
      GatewayFormats formats,
      Readers readers,
      ViewMemory memory,
      Executor background,
      Clock clock) {}

  record Key(RepositoryName repository, String label) {}

  /** What is going on with a view. */
  private static final class Watch {
    private final ConcurrentMap<String, Boolean> heard = new ConcurrentHashMap<>();
    private volatile boolean missed;
    private volatile boolean unsaved;
    private boolean busy;
    private Instant nextLook = Instant.MIN;
  }

  private final Parts parts;
  private final Records records;
  private final Stretches stretches;
  private final HoldingsSnapshots snapshots;
  private final PackageViews<Key, View> views;
  private final ConcurrentMap<Key, Watch> watches = new ConcurrentHashMap<>();
  private int making;

  public Inventories(Parts parts) {
    this.parts = parts;
    this.records = new Records(parts.store());
    this.stretches = new Stretches(parts.store(), parts.readers());
    this.snapshots = new HoldingsSnapshots(parts.store(), parts.readers(), parts.clock());
    this.views = new PackageViews<>(parts.memory(), new Source());
  }

  private final class Source implements PackageViews.Source<Key, View> {
    @Override
    public RepositoryName repository(Key key) {
      return key.repository();
    }

    @Override
    public View nothing() {
      return View.NONE;
    }

    @Override
    public View read(Key key, Seen<View> before) {
      if (before.view() == View.NONE) {
        return opened(key);
      }
      lookAfter(key);
      return before.view();
    }

    @Override
    public int weight(View view) {
      return (int) Math.min(Integer.MAX_VALUE, view.holdings().weight());
    }
  }

  // ---- asking -----------------------------------------------------------------------------------

  /**
   * A part of a list.
   *
   * @param position after which the next one begins; empty when this is the last one. A part may be
   *     empty, and have one after it
   * @param isWhole whether all that lies there is known: else nothing is known of tags
   */
  public record Part(List<Item> items, Optional<String> position, boolean isWhole) {}

  /** A package, and its tags. */
  public record Item(Row row, List<String> tags) {}

  /** Whether a package is wanted. */
  @FunctionalInterface
  public interface Condition {
    boolean test(Row row, List<String> tags);
  }

  /**
   * Lists packages in the order of their keys.
   *
   * @param after where the part before ended; empty for the first one
   * @param most packages in the part
   */
  public Part list(
      GatewayFormat<?, ?> format,
      RepositoryRecord repository,
      String after,
      int most,
      Condition condition) {
    Key key = new Key(repository.repository(), format.format().label());
    View view = fresh(key, repository);
    if (!view.isWhole()) {
      return stretches.read(reader(key, repository), after, most, condition);
    }
    Holdings holdings = view.holdings();
    List<Row> found =
        holdings.first(after, most + 1, row -> condition.test(row, holdings.tags(row.key())));
    boolean more = found.size() > most;
    List<Row> page = more ? found.subList(0, most) : found;
    Optional<String> position = more ? Optional.of(page.get(most - 1).key()) : Optional.empty();
    if (!view.isSure()) {
      page = stretches.asTheyAre(reader(key, repository), page);
    }
    return new Part(
        page.stream()
            .map(row -> new Item(row, holdings.tags(row.key())))
            .filter(item -> condition.test(item.row(), item.tags()))
            .toList(),
        position,
        true);
  }

  /** How much lies there; empty while that is not known. */
  public Optional<Usage> usage(GatewayFormat<?, ?> format, RepositoryRecord repository) {
    View view = fresh(new Key(repository.repository(), format.format().label()), repository);
    return view.isWhole() ? Optional.of(view.holdings().usage()) : Optional.empty();
  }

  /** All packages, in the order of their keys; empty while not all of them are known for sure. */
  public Optional<List<Item>> all(GatewayFormat<?, ?> format, RepositoryRecord repository) {
    View view = fresh(new Key(repository.repository(), format.format().label()), repository);
    Holdings holdings = view.holdings();
    return view.isWhole() && view.isSure()
        ? Optional.of(
            holdings.first("", Integer.MAX_VALUE, row -> true).stream()
                .map(row -> new Item(row, holdings.tags(row.key())))
                .toList())
        : Optional.empty();
  }

  /** Looks at a large repository again, if nobody does: for whom events are not enough. */
  public void lookAgain(GatewayFormat<?, ?> format, RepositoryRecord repository) {
    Key key = new Key(repository.repository(), format.format().label());
    View view = fresh(key, repository);
    Watch watch = watch(key);
    synchronized (watch) {
      if (watch.busy || view.isSmall()) {
        return;
      }
      watch.busy = true;
    }
    watch.missed = view.isWhole();
    lookAfterNow(key, watch);
  }

  private View fresh(Key key, RepositoryRecord repository) {
    View view = views.find(key);
    if (!view.isOf(repository)) {
      forget(key.repository()); // it is another repository's of that name
      view = views.find(key);
    }
    if (!view.isWhole()) {
      lookAfter(key);
      return view;
    }
    if (view.isSmall()) {
      return looked(key, view).orElseGet(() -> views.find(key));
    }
    boolean changed = freshen(key, watch(key));
    lookAfter(key); // what is left
    return changed ? views.find(key) : view;
  }

  /**
   * Reads some of what changed.
   *
   * @return whether there was any
   */
  private boolean freshen(Key key, Watch watch) {
    List<String> heard = watch.heard.keySet().stream().limit(STRETCH).toList();
    heard.forEach(watch.heard::remove); // before they are read: what changes now is heard again
    View view = views.remembered(key).view();
    if (heard.isEmpty() || !view.isWhole()) {
      return false;
    }
    try {
      Map<String, Optional<Row>> now =
          stretches.rows(reader(key, view.repository().orElseThrow()), heard);
      views.changed(key, v -> v.with(v.holdings().with(now)));
      watch.unsaved = true;
      return true;
    } catch (RuntimeException e) {
      heard.forEach(k -> watch.heard.put(k, true));
      throw e;
    }
  }

  // ---- opening ----------------------------------------------------------------------------------

  private View opened(Key key) {
    Optional<RepositoryRecord> repository =
        records.read(ObjectKeys.repository(key.repository()), RepositoryRecord.class);
    if (repository.isEmpty()) {
      return new View(repository, Holdings.NONE, false, false, false);
    }
    Optional<Holdings> kept =
        snapshots.load(key.repository(), key.label(), repository.get().createdAt());
    if (kept.isPresent()) {
      return new View(repository, kept.get(), true, false, false);
    }
    RowReader<?> reader = reader(key, repository.get());
    if (parts.store().list(reader.prefix(), "", Look.PAGE).more()) {
      return new View(repository, Holdings.NONE, false, false, false);
    }
    Look look = look(key, repository.get(), Holdings.NONE);
    look.goOn();
    return look.hasMore()
        ? new View(repository, Holdings.NONE, false, false, false)
        : new View(repository, Holdings.NONE.with(look.changes()), true, true, true);
  }

  private Look look(Key key, RepositoryRecord repository, Holdings before) {
    return new Look(
        parts.store(),
        reader(key, repository),
        new SideBySide(parts.readers().of(key.repository())),
        before);
  }

  private RowReader<?> reader(Key key, RepositoryRecord repository) {
    return RowReader.of(parts.store(), parts.formats().find(key.label()).orElseThrow(), repository);
  }

  // ---- looking ----------------------------------------------------------------------------------

  /**
   * Looks at a small repository.
   *
   * @return empty when it is no longer small
   */
  private Optional<View> looked(Key key, View view) {
    Look look = look(key, view.repository().orElseThrow(), view.holdings());
    look.goOn();
    if (look.hasMore()) {
      views.changed(key, v -> new View(v.repository(), v.holdings(), true, false, false));
      lookAfter(key);
      return Optional.empty();
    }
    return Optional.of(applied(key, view, look, true));
  }

  /** What somebody read since the look began is newer than what the look found. */
  private View applied(Key key, View before, Look look, boolean small) {
    if (look.changes().isEmpty() && before.isSure() && before.isSmall() == small) {
      return before;
    }
    View found = before.with(before.holdings().with(look.changes()), small);
    views.changed(
        key,
        now -> {
          if (now == before) {
            return found;
          }
          Map<String, Optional<Row>> changes = new LinkedHashMap<>(look.changes());
          changes.keySet().removeIf(k -> isNewer(k, now, before));
          return now.with(now.holdings().with(changes), small);
        });
    return found;
  }

  private static boolean isNewer(String key, View now, View before) {
    return now.holdings().find(key).orElse(null) != before.holdings().find(key).orElse(null);
  }

  /** Makes what is not known, and looks at what is, in the background, if it is time. */
  private void lookAfter(Key key) {
    Watch watch = watch(key);
    synchronized (watch) {
      boolean due = watch.missed || !parts.clock().instant().isBefore(watch.nextLook);
      if (watch.busy || !due && watch.heard.isEmpty()) {
        return;
      }
      watch.busy = true;
    }
    try {
      parts.background().execute(() -> lookAfterNow(key, watch));
    } catch (RuntimeException e) {
      end(watch, Optional.empty());
      throw e;
    }
  }

  private void end(Watch watch, Optional<Instant> next) {
    synchronized (watch) {
      watch.busy = false;
      next.ifPresent(at -> watch.nextLook = at);
    }
  }

  private void lookAfterNow(Key key, Watch watch) {
    Optional<Instant> next = Optional.empty();
    try {
      View view = views.remembered(key).view();
      if (view.repository().isPresent()) {
        next = view.isWhole() ? lookedAgain(key, watch, view) : made(key, watch, view);
      }
    } catch (RuntimeException e) {
      LOG.warnf("the list of %s in %s is looked after later: %s", key.label(), key.repository(), e);
      next = Optional.of(parts.clock().instant().plusSeconds(10));
    } finally {
      end(watch, next);
    }
  }

  private Optional<Instant> lookedAgain(Key key, Watch watch, View view) {
    while (!watch.heard.isEmpty() && !watch.missed) {
      freshen(key, watch);
    }
    if (!watch.missed && parts.clock().instant().isBefore(nextLook(watch))) {
      return Optional.empty();
    }
    Instant begin = parts.clock().instant();
    if (watch.missed) {
      watch.heard.clear(); // all of it is looked at
      watch.missed = false;
    }
    View before = views.remembered(key).view();
    if (!before.isWhole()) {
      return Optional.empty();
    }
    Look look = look(key, view.repository().orElseThrow(), before.holdings());
    while (look.hasMore()) {
      look.goOn();
    }
    watch.unsaved |= !look.changes().isEmpty();
    keep(key, watch, applied(key, before, look, false));
    return Optional.of(rested(begin));
  }

  private static Instant nextLook(Watch watch) {
    synchronized (watch) {
      return watch.nextLook;
    }
  }

  private Instant rested(Instant begin) {
    Instant end = parts.clock().instant();
    return end.plus(Duration.between(begin, end).multipliedBy(REST));
  }

  private synchronized boolean mayMake() {
    if (making == MADE_AT_ONCE) {
      return false;
    }
    making++;
    return true;
  }

  private synchronized void madeOne() {
    making--;
  }

  /** Reads a repository as a whole. */
  private Optional<Instant> made(Key key, Watch watch, View view) {
    if (!mayMake()) {
      return Optional.empty();
    }
    try {
      Instant begin = parts.clock().instant();
      RepositoryRecord repository = view.repository().orElseThrow();
      Look look = look(key, repository, Holdings.NONE);
      while (look.hasMore()) {
        look.goOn();
        if (look.weight() > parts.memory().limit() / 2) {
          LOG.warnf(
              "there is no room for the list of %s in %s, which is read anew for each request:"
                  + " see countermark.gateway.memory",
              key.label(), key.repository());
          return Optional.of(begin.plus(TOO_LARGE_STAYS));
        }
      }
      Holdings holdings = Holdings.NONE.with(look.changes());
      View made = new View(view.repository(), holdings, true, false, true);
      Seen<View> before = views.remembered(key);
      if (before.view() == View.NONE) {
        views.remember(key, before, new Seen<>(begin, made));
      } else {
        views.changed(key, v -> v.isOf(repository) ? made : v);
      }
      watch.unsaved = true;
      keep(key, watch, made);
      return Optional.of(rested(begin));
    } finally {
      madeOne();
    }
  }

  private void keep(Key key, Watch watch, View view) {
    if (watch.unsaved && view.holdings().size() >= LEAST_KEPT) {
      Instant made = view.repository().orElseThrow().createdAt();
      watch.unsaved = !snapshots.save(key.repository(), key.label(), made, view.holdings());
    }
  }

  // ---- events -----------------------------------------------------------------------------------

  private Watch watch(Key key) {
    return watches.computeIfAbsent(key, k -> new Watch());
  }

  /** An object changed, or went. */
  public void heard(Format<?, ?> format, RepositoryName repository, String objectKey) {
    Key key = new Key(repository, format.label());
    Watch watch = watches.get(key);
    String prefix = format.prefix(repository);
    if (watch == null || !objectKey.startsWith(prefix)) {
      return; // nobody asked
    }
    if (!views.isRemembered(key) && !isBusy(watch)) {
      watch.heard.clear(); // whoever asks looks
    } else if (watch.heard.size() >= MOST_HEARD) {
      watch.missed = true;
    } else {
      watch.heard.put(objectKey.substring(prefix.length()), true);
    }
  }

  private static boolean isBusy(Watch watch) {
    synchronized (watch) {
      return watch.busy;
    }
  }

  /** What is remembered of a repository is worth nothing any more. */
  public void forget(RepositoryName repository) {
    views.forget(repository);
    watches.keySet().removeIf(key -> key.repository().equals(repository));
  }
}
