package dev.countermark.gateway.retention;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.inventory.Inventories;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Deletes what the rules of repositories do not keep. One gateway is at it in a repository, by a
 * lease in the store; whoever dies leaves what is left to the next. Before each step it is decided
 * anew what goes, and before each deletion the format looks whether that is still so.
 */
public final class Retention {
  private static final Logger LOG = Logger.getLogger(Retention.class);

  /** Who deletes, in records and events. */
  private static final String BY = "retention";

  private static final int STEP = 100;
  private static final int PAGE = 500;
  private static final Duration LEASE = Duration.ofMinutes(5);

  /** After which it leaves its thread, and this repository, to others until it is called again. */
  private static final Duration SLICE = Duration.ofMinutes(2);

  private final BlobStore store;
  private final Records records;
  private final GatewayFormats formats;
  private final Inventories inventories;
  private final Duration interval;
  private final Clock clock;

  /**
   * @param interval between the beginnings of two runs in a repository
   */
  public Retention(
      BlobStore store,
      GatewayFormats formats,
      Inventories inventories,
      Duration interval,
      Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.formats = formats;
    this.inventories = inventories;
    this.interval = interval;
    this.clock = clock;
  }

  /**
   * A package that goes.
   *
   * @param rule number of the rule that says so, from 0 on
   * @param along whether it goes because something goes that it belongs to
   */
  public record Going(GatewayFormat<?, ?> format, Inventories.Item item, int rule, boolean along) {}

  /**
   * What would go now; in an order in which nothing goes before what needs it.
   *
   * @return empty while it is not known what lies there
   */
  public Optional<List<Going>> preview(RepositoryRecord repository) {
    List<Going> all = new ArrayList<>();
    List<RetentionRule> rules = RetentionRule.of(repository);
    for (GatewayFormat<?, ?> format : formats.all()) {
      if (rules.stream().noneMatch(rule -> rule.isAbout(format.format().label()))) {
        continue;
      }
      Optional<List<Inventories.Item>> items = inventories.all(format, repository);
      if (items.isEmpty()) {
        return Optional.empty();
      }
      RetentionPlan.of(format, repository, items.get(), clock.instant())
          .forEach(g -> all.add(new Going(format, g.item(), g.rule(), g.along())));
    }
    return Optional.of(all);
  }

  /**
   * How far a run has come; one object of the store.
   *
   * @param endedAt when it came to the end, if it did
   * @param heldUntil from then on another gateway may go on
   * @param deleted packages so far
   */
  record Run(
      long generation,
      Instant startedAt,
      Optional<Instant> endedAt,
      Instant heldUntil,
      long deleted) {
    Run {
      endedAt = endedAt == null ? Optional.empty() : endedAt;
    }
  }

  /** Goes through all repositories that have rules. */
  public void run() {
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(ObjectKeys.REPOSITORIES, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        try {
          records.read(after, RepositoryRecord.class).ifPresent(this::runQuietly);
        } catch (Json.MalformedJsonException e) {
          LOG.errorf("the record %s cannot be read", after);
        }
      }
    } while (page.more());
  }

  private void runQuietly(RepositoryRecord repository) {
    try {
      run(repository, false);
    } catch (Failure e) {
      LOG.warnf("retention in %s goes on later: %s", repository.repository(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.errorf(e, "retention in %s failed", repository.repository());
    }
  }

  /**
   * Does what the rules of a repository say, if it is time and nobody else does.
   *
   * @param now whether it is time, whenever the last run began
   * @return packages that were deleted
   */
  public long run(RepositoryRecord repository, boolean now) {
    if (RetentionRule.of(repository).isEmpty()) {
      return 0;
    }
    long ends = System.nanoTime() + SLICE.toNanos();
    Optional<Run> mine = claim(repository.repository(), now);
    if (mine.isEmpty()) {
      return 0;
    }
    formats.all().forEach(format -> inventories.lookAgain(format, repository));
    long deleted = 0;
    while (mine.isPresent()) {
      Optional<List<Going>> going = preview(repository);
      List<Going> step =
          going.orElse(List.of()).stream().filter(g -> !g.along()).limit(STEP).toList();
      long gone = step.stream().filter(g -> delete(repository, g)).count();
      deleted += gone;
      boolean isDone = going.isPresent() && gone == 0;
      boolean goesOn = gone > 0 && System.nanoTime() < ends;
      mine = advance(repository.repository(), mine.get(), gone, isDone, goesOn);
    }
    if (deleted > 0) {
      LOG.infof("retention in %s: %d packages are gone", repository.repository(), deleted);
    }
    return deleted;
  }

  private boolean delete(RepositoryRecord repository, Going going) {
    return delete(going.format(), repository, going);
  }

  private <R extends PackageRecord<R>> boolean delete(
      GatewayFormat<R, ?> format, RepositoryRecord repository, Going going) {
    String key = format.format().prefix(repository.repository()) + going.item().row().key();
    Optional<R> record =
        records
            .read(key, format.format().recordType())
            .filter(r -> r.isOf(repository) && r.digest().equals(going.item().row().digest()))
            .filter(r -> r.state() == going.item().row().state());
    boolean gone =
        record.isPresent()
            && format.inventory().delete(repository, record.get(), going.item().tags(), BY);
    inventories.heard(format.format(), repository.repository(), key);
    return gone;
  }

  private Optional<Run> claim(RepositoryName repository, boolean atOnce) {
    Instant now = clock.instant();
    Run[] mine = new Run[1];
    records.update(
        ObjectKeys.retention(repository),
        Run.class,
        old -> {
          mine[0] = claimed(old, now, atOnce).orElse(null);
          return mine[0] == null ? old : Optional.of(mine[0]);
        });
    return Optional.ofNullable(mine[0]);
  }

  private Optional<Run> claimed(Optional<Run> old, Instant now, boolean atOnce) {
    Instant until = now.plus(LEASE);
    long next = old.map(Run::generation).orElse(0L) + 1;
    Optional<Run> held = old.filter(run -> run.endedAt().isEmpty());
    if (held.isPresent()) {
      return now.isBefore(held.get().heldUntil())
          ? Optional.empty()
          : held.map(run -> new Run(next, run.startedAt(), Optional.empty(), until, run.deleted()));
    }
    boolean due =
        atOnce || old.filter(run -> now.isBefore(run.startedAt().plus(interval))).isEmpty();
    return due ? Optional.of(new Run(next, now, Optional.empty(), until, 0)) : Optional.empty();
  }

  /** Whoever took over meanwhile decides for himself what goes. */
  private Optional<Run> advance(
      RepositoryName repository, Run mine, long gone, boolean isDone, boolean goesOn) {
    Instant now = clock.instant();
    Run next =
        new Run(
            mine.generation() + 1,
            mine.startedAt(),
            isDone ? Optional.of(now) : Optional.empty(),
            goesOn ? now.plus(LEASE) : now,
            mine.deleted() + gone);
    return records
        .update(
            ObjectKeys.retention(repository),
            Run.class,
            old -> old.filter(mine::equals).isPresent() ? Optional.of(next) : old)
        .filter(stored -> goesOn && stored.equals(next));
  }
}
