package dev.countermark.gateway.nuget.view;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.gateway.nuget.view.SearchIndexes.Results;
import dev.countermark.gateway.nuget.view.SearchSnapshots.Snapshot;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import org.jboss.logging.Logger;

/**
 * The search of one repository. Before somebody searches it only knows which packages changed since
 * the gateway listens; then it opens an index: that of the snapshot, if there is one, else a new
 * one, made of all records. Who opens, freshens or closes the index holds the monitor, which may
 * take a while.
 */
final class RepositorySearch {
  private static final Logger LOG = Logger.getLogger(RepositorySearch.class);
  private static final int PAGE = 1_000;
  private static final int PROGRESS = 5_000;

  /** How many times as long as it took to look or to save there is none. */
  private static final int REST = 50;

  /** Clocks of gateway and store may differ, and events be late. */
  private static final Duration MARGIN = Duration.ofMinutes(5);

  private static final Duration BETWEEN_SNAPSHOTS = Duration.ofMinutes(5);

  /** To read fewer packages takes no longer than a snapshot is worth. */
  private static final int LEAST_KEPT = 1_000;

  /** Changed packages that are remembered while there is no index. */
  private static final int MOST_HEARD = 20_000;

  /** A small repository is looked at in that time: then even the first search knows everything. */
  private static final Duration FIRST_LOOK = Duration.ofMillis(250);

  private static final int DOUBTS = 3;

  /** What every search needs. */
  record Parts(
      BlobStore store,
      PackageIndex packages,
      SearchSnapshots snapshots,
      Executor background,
      Clock clock) {}

  private final RepositoryName repository;
  private final Parts parts;
  private final Records records;

  /** Packages that changed; the next search has to know, not every push. */
  private final Set<String> stale = ConcurrentHashMap.newKeySet();

  /** Whether more packages changed than are remembered. */
  private volatile boolean tooManyHeard;

  /** What changed before is not remembered. */
  private Instant forgotten = Instant.EPOCH;

  /** From then on what is remembered of packages is kept up to date. */
  private volatile boolean opening;

  private volatile boolean filled;
  private volatile SearchIndex index;
  private volatile boolean closed;

  /** When the repository was made whose packages these are. */
  private volatile Instant createdAt;

  /** All records that were written before are in the index, or stale. */
  private volatile Instant lookedAt;

  private final AtomicLong changes = new AtomicLong();
  private volatile Instant changedAt = Instant.EPOCH;

  /** How many changes the snapshot in force has. */
  private volatile long kept = -1;

  /** Down when everything is in the index that was written before it was opened. */
  private final CountDownLatch caughtUp = new CountDownLatch(1);

  private final AtomicBoolean lookedAfter = new AtomicBoolean();

  /** Whether somebody came while another one looked after the index. */
  private volatile boolean missed;

  // Only whoever looks after the index knows these.
  private Instant nextLook = Instant.MIN;
  private Instant nextSave = Instant.MIN;
  private Instant nextOpening = Instant.MIN;

  RepositorySearch(RepositoryName repository, Parts parts) {
    this.repository = repository;
    this.parts = parts;
    this.records = new Records(parts.store());
  }

  // ---- searching --------------------------------------------------------------------------------

  /**
   * Empty when this was closed meanwhile. Until the index has caught up it is not trusted: a
   * package whose last version is not as its record says is looked at before it is shown.
   */
  Optional<Results> search(Function<SearchIndex, Results> search) {
    Optional<Results> results = searched(search);
    for (int i = 0; i < DOUBTS && !isCaughtUp() && results.isPresent(); i++) {
      List<String> doubtful = doubtful(results.get());
      if (doubtful.isEmpty()) {
        return results;
      }
      parts.packages().lookAt(repository, doubtful);
      stale.addAll(doubtful);
      results = searched(search);
    }
    return results;
  }

  private Optional<Results> searched(Function<SearchIndex, Results> search) {
    Optional<SearchIndex> fresh = fresh();
    try {
      return fresh.map(search);
    } catch (RuntimeException e) {
      if (closed) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private boolean isCaughtUp() {
    return caughtUp.getCount() == 0;
  }

  /** Found packages that are no longer as they are shown, by the record of their last version. */
  private List<String> doubtful(Results results) {
    List<Found> page = results.page();
    List<Optional<VersionView>> now =
        parts
            .packages()
            .now(
                repository,
                page.stream().map(f -> new Identity(f.lowerId(), f.last().version())).toList());
    List<String> doubtful = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      long shown = page.get(i).last().generation();
      if (now.get(i).filter(v -> v.generation() == shown).isEmpty()) {
        doubtful.add(page.get(i).lowerId());
      }
    }
    return doubtful;
  }

  /** Makes the index if need be. Who finds it being made waits: what is new may be his own. */
  private synchronized Optional<SearchIndex> fresh() {
    if (closed) {
      return Optional.empty();
    }
    if (!filled) {
      open();
      awaitFirstLook();
    }
    freshen();
    return Optional.of(index);
  }

  private void awaitFirstLook() {
    try {
      caughtUp.await(FIRST_LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void freshen() {
    List<String> ids = List.copyOf(stale);
    ids.forEach(stale::remove); // before they are read: what changes from now on is stale again
    try {
      if (ids.size() > 1) {
        parts.packages().load(repository, ids);
      }
      ids.forEach(id -> index.update(id, parts.packages().kept(repository, id)));
    } catch (RuntimeException e) {
      stale.addAll(ids);
      throw e;
    }
  }

  // ---- opening ----------------------------------------------------------------------------------

  private void open() {
    opening = true;
    try {
      Optional<Instant> created = created();
      createdAt = created.orElse(null);
      Optional<Snapshot> snapshot = created.flatMap(this::snapshot).filter(this::hasWhatWasHeard);
      Optional<SearchIndex> loaded = snapshot.flatMap(s -> parts.snapshots().load(repository, s));
      if (loaded.isPresent()) {
        index = loaded.get();
        lookedAt = snapshot.get().lookedAt();
        kept = 0;
        LOG.infof("search index of %s: the %d packages of a snapshot", repository, index.size());
      } else {
        lookedAt = parts.clock().instant();
        index = made();
        caughtUp.countDown();
      }
      filled = true;
    } finally {
      opening = filled;
    }
    // What was read at once is kept at once: the next start may be near, the next look is not.
    parts.background().execute(isCaughtUp() ? () -> alone(this::save) : this::firstLook);
  }

  private void firstLook() {
    try {
      lookAfter();
    } catch (RuntimeException e) {
      LOG.warnf("%s is looked at later: %s", NugetKeys.packages(repository), e.getMessage());
    }
  }

  private Optional<Instant> created() {
    return records
        .read(ObjectKeys.repository(repository), RepositoryRecord.class)
        .map(RepositoryRecord::createdAt);
  }

  private Optional<Snapshot> snapshot(Instant created) {
    return parts.snapshots().find(repository, created);
  }

  /** Not what was heard and is still remembered: that is stale. */
  private boolean hasWhatWasHeard(Snapshot snapshot) {
    return !tooManyHeard && snapshot.lookedAt().isAfter(forgotten.plus(MARGIN));
  }

  private SearchIndex made() {
    SearchIndex made = new SearchIndex(repository.owner());
    try {
      int[] done = new int[1];
      parts
          .packages()
          .each(
              repository,
              true,
              (id, versions) -> {
                made.update(id, versions);
                if (++done[0] % PROGRESS == 0) {
                  LOG.infof("search index of %s: %d packages", repository, done[0]);
                }
              });
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  // ---- events -----------------------------------------------------------------------------------

  /** A package changed; what is remembered of it is up to date. */
  void heard(String lowerId) {
    if (!opening && stale.size() >= MOST_HEARD) {
      tooManyHeard = true;
    }
    if (opening || !tooManyHeard) {
      stale.add(lowerId);
    }
    noteChange(parts.clock().instant());
  }

  private void noteChange(Instant at) {
    changedAt = at.isAfter(changedAt) ? at : changedAt;
    changes.incrementAndGet();
  }

  /** Whether what is remembered of packages has to be kept up to date. */
  boolean isOpening() {
    return opening;
  }

  // ---- from time to time ------------------------------------------------------------------------

  /** Whether this is about the repository that is there now. */
  boolean isOfTheRepository() {
    return created().filter(now -> createdAt == null || now.equals(createdAt)).isPresent();
  }

  /**
   * Makes up for events that got lost: looks at what was written since the last look. A look lists
   * the whole repository, so a large one is looked at less often: looking takes a fiftieth of the
   * time at most. Keeps a snapshot, as seldom.
   */
  void lookAfter() {
    alone(
        () -> {
          if (!opening) {
            openIfHeard();
          }
          if (filled && !closed) {
            look();
            save();
          }
        });
  }

  /** Who looks after the index already does all that is due, if he saw the index. */
  private void alone(Runnable task) {
    if (!lookedAfter.compareAndSet(false, true)) {
      missed = true;
      return;
    }
    try {
      task.run();
    } finally {
      lookedAfter.set(false);
    }
    if (missed && filled && !isCaughtUp()) {
      missed = false;
      parts.background().execute(this::firstLook);
    }
  }

  /** A snapshot shall not grow old only because nobody searches: then a restart would be felt. */
  private void openIfHeard() {
    Instant now = parts.clock().instant();
    if (stale.isEmpty() || now.isBefore(nextOpening)) {
      return;
    }
    nextOpening = now.plus(BETWEEN_SNAPSHOTS);
    synchronized (this) {
      if (opening || closed) {
        return;
      }
      Optional<Snapshot> snapshot = created().flatMap(this::snapshot);
      if (snapshot.filter(this::hasWhatWasHeard).isPresent()) {
        open();
      } else if (snapshot.isEmpty() || tooManyHeard) {
        // Whoever searches here will read everything, or a later snapshot.
        stale.clear();
        tooManyHeard = false;
        forgotten = parts.clock().instant();
      }
    }
  }

  private void look() {
    Instant begin = parts.clock().instant();
    if (begin.isBefore(nextLook)) {
      return;
    }
    Written since = since(lookedAt.minus(MARGIN));
    parts.packages().lookAt(repository, since.ids());
    if (!since.ids().isEmpty()) {
      stale.addAll(since.ids());
      noteChange(since.last());
    }
    lookedAt = begin;
    caughtUp.countDown();
    nextLook = rested(begin);
  }

  private Instant rested(Instant begin) {
    Instant end = parts.clock().instant();
    return end.plus(Duration.between(begin, end).multipliedBy(REST));
  }

  /**
   * @param ids of packages with a record that was written after some time
   * @param last when the last of these was written
   */
  private record Written(Set<String> ids, Instant last) {}

  private Written since(Instant time) {
    Set<String> ids = new TreeSet<>();
    Instant last = time;
    String after = "";
    BlobStore.Page page;
    do {
      page = parts.store().list(NugetKeys.packages(repository), after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        Matcher matcher = NugetKeys.RECORD.matcher(entry.key());
        if (matcher.matches() && entry.lastModified().isAfter(time)) {
          ids.add(matcher.group(3));
          last = entry.lastModified().isAfter(last) ? entry.lastModified() : last;
        }
      }
    } while (page.more());
    return new Written(ids, last);
  }

  private void save() {
    Instant begin = parts.clock().instant();
    long all = changes.get();
    if (createdAt == null || begin.isBefore(nextSave) || all == kept) {
      return;
    }
    try {
      // First: what a look or an event finds from now on may come too late.
      Instant complete = lookedAt;
      synchronized (this) {
        if (closed) {
          return;
        }
        freshen();
      }
      if (index.size() < LEAST_KEPT || keptByAnother(begin, all)) {
        return;
      }
      nextSave = begin.plus(BETWEEN_SNAPSHOTS);
      if (parts.snapshots().save(repository, createdAt, index, complete)) {
        kept = all;
      }
      Instant rested = rested(begin);
      nextSave = rested.isAfter(nextSave) ? rested : nextSave;
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        LOG.warnf("no snapshot of the search index of %s: %s", repository, e.getMessage());
      }
    }
  }

  /** Other gateways hear the same; one of them suffices. */
  private boolean keptByAnother(Instant now, long all) {
    Optional<Snapshot> inForce = parts.snapshots().find(repository, createdAt);
    if (inForce.isEmpty()) {
      return false;
    }
    Instant savedAt = inForce.get().savedAt();
    if (kept >= 0 && savedAt.isAfter(changedAt)) {
      kept = all;
      return true;
    }
    Instant next = savedAt.plus(BETWEEN_SNAPSHOTS);
    nextSave = next.isAfter(nextSave) ? next : nextSave;
    return now.isBefore(next);
  }

  /** Nobody else gets this index any more. */
  synchronized void close() {
    closed = true;
    if (index != null) {
      index.close();
    }
  }
}
