package dev.countermark.gateway.repositories;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * Deletes what lies below the name of a repository, and sees to it that a repository which is made
 * again finds nothing of the one before. What had an identity that was given away stays known: the
 * keys are those of the name, and clients would trust other content under it, too.
 *
 * <p>One at a time is at it, by a lease in the store. Who dies leaves the note of the deletion, and
 * whoever comes next, to delete or to make the repository, goes on.
 */
public final class RepositoryContents {
  private static final Logger LOG = Logger.getLogger(RepositoryContents.class);
  private static final int PAGE = 200;
  private static final Duration LEASE = Duration.ofSeconds(30);

  private final BlobStore store;
  private final Records records;
  private final Clock clock;

  public RepositoryContents(BlobStore store, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.clock = clock;
  }

  /**
   * Deletes a repository: first its record, so that nothing is served from then on, then its tokens
   * and packages. Parts of blobs stay, which other repositories may hold: the sweeper deletes them.
   * Called again after a crash, it goes on.
   *
   * @param gone called each time the record was deleted
   * @return false when there was nothing to delete
   * @throws Failure.Transient while somebody else is at it
   */
  public boolean delete(RepositoryName name, Runnable gone) {
    String key = ObjectKeys.repository(name);
    if (isNothing(name)) {
      return false;
    }
    return new Lease(name)
        .during(
            lease -> {
              boolean found = false;
              do {
                found |= store.head(key).isPresent();
                store.delete(key);
                gone.run();
                found |= clear(name, lease);
                // Made again meanwhile by who had not seen the note: gone, as if made before.
              } while (store.head(key).isPresent());
              return found;
            });
  }

  /** Of names that never were anything there are no notes. */
  private boolean isNothing(RepositoryName name) {
    return store.head(ObjectKeys.repository(name)).isEmpty()
        && isEmpty(ObjectKeys.tokens(name))
        && Formats.all().stream().allMatch(format -> isEmpty(format.prefix(name)));
  }

  private boolean isEmpty(String prefix) {
    return store.list(prefix, "", 1).entries().isEmpty();
  }

  /**
   * Makes a repository, once there is nothing left of one before it.
   *
   * @throws Failure.Transient while somebody else deletes that, or makes it
   */
  public <T> T making(RepositoryName name, Supplier<T> make) {
    if (store.head(ObjectKeys.deletion(name)).isEmpty()) {
      return make.get();
    }
    return new Lease(name)
        .during(
            lease -> {
              if (store.head(ObjectKeys.repository(name)).isEmpty()) {
                clear(name, lease);
              }
              // Within the lease: whoever has it next must not take what is new for what was left.
              return make.get();
            });
  }

  private boolean clear(RepositoryName name, Lease lease) {
    boolean found = false;
    for (Format<?, ?> format : Formats.all()) {
      found |= clear(format, name, lease);
    }
    // Notes of signers are no content: whoever looks after them would delete them, too.
    each(ObjectKeys.waiting(name), lease, this::deleted);
    each(ObjectKeys.failures(name), lease, this::deleted);
    each(ObjectKeys.unanswered(name), lease, this::deleted);
    each(ObjectKeys.listings(name), lease, this::deleted);
    each(ObjectKeys.webhooks(name), lease, this::deleted);
    each(ObjectKeys.webhookStates(name), lease, this::deleted);
    each(ObjectKeys.deliveries(name), lease, this::deleted);
    return found | each(ObjectKeys.tokens(name), lease, this::deleted);
  }

  private <R extends PackageRecord<R>> boolean clear(
      Format<R, ?> format, RepositoryName name, Lease lease) {
    return each(
        format.prefix(name), lease, key -> format.isRecord(key) ? bury(format, key) : deleted(key));
  }

  private boolean deleted(String key) {
    store.delete(key);
    return true;
  }

  private <R extends PackageRecord<R>> boolean bury(Format<R, ?> format, String key) {
    while (true) {
      Optional<StoredObject> seen = store.get(key);
      if (seen.isEmpty() || read(format, seen.get()).isEmpty()) {
        return false;
      }
      if (bury(format, key, seen.get())) {
        return true;
      }
    }
  }

  /** What cannot be read stays: nobody knows what it was, so that its name stays taken. */
  private static <R extends PackageRecord<R>> Optional<R> read(
      Format<R, ?> format, StoredObject seen) {
    try {
      return Optional.of(Json.read(seen.content(), format.recordType()));
    } catch (Json.MalformedJsonException e) {
      return Optional.empty();
    }
  }

  /**
   * Deletes a package's record, and leaves what says which content had its identity.
   *
   * @param seen the record as it is
   * @return false when it changed meanwhile, or cannot be read
   */
  public <R extends PackageRecord<R>> boolean bury(
      Format<R, ?> format, String key, StoredObject seen) {
    Optional<R> record = read(format, seen);
    if (record.isEmpty()) {
      return false;
    }
    if (record.get().isGivenAway()) {
      // First: a crash leaves both. It may be there, of a repository before, with the same digest.
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      records.create(ObjectKeys.tombstone(key), new Tombstone(record.get().digest(), now));
    }
    return store.delete(key, seen.version());
  }

  private interface Visit {
    /** Whether something changed. */
    boolean of(String key);
  }

  private boolean each(String prefix, Lease lease, Visit visit) {
    boolean changed = false;
    String after = "";
    BlobStore.Page page;
    do {
      lease.renew();
      page = store.list(prefix, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        changed |= visit.of(after);
      }
    } while (page.more());
    return changed;
  }

  /** The right to delete what lies below a name. */
  private final class Lease {
    private final RepositoryName name;
    private final String me = UUID.randomUUID().toString();

    Lease(RepositoryName name) {
      this.name = name;
      update(now -> now.plus(LEASE));
    }

    /** Holds it while something is done, done or not. */
    <T> T during(Function<Lease, T> work) {
      try {
        return work.apply(this);
      } finally {
        end();
      }
    }

    void renew() {
      update(now -> now.plus(LEASE));
    }

    private void end() {
      try {
        update(now -> now);
      } catch (Failure.Transient e) {
        LOG.warnf("the deletion of %s can go on in %s: %s", name, LEASE, e.getMessage());
      }
    }

    private void update(UnaryOperator<Instant> until) {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      records.update(
          ObjectKeys.deletion(name),
          Deletion.class,
          old -> {
            if (old.filter(d -> !d.holder().equals(me) && now.isBefore(d.heldUntil()))
                .isPresent()) {
              throw new Failure.Transient(name + " is being deleted", null);
            }
            return Optional.of(
                old.filter(d -> d.holder().equals(me))
                    .map(d -> d.heldUntil(until.apply(now)))
                    .orElseGet(
                        () ->
                            new Deletion(
                                old.map(Deletion::generation).orElse(0L) + 1,
                                name,
                                now,
                                me,
                                until.apply(now))));
          });
    }
  }
}
