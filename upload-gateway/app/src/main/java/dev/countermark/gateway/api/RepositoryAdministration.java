package dev.countermark.gateway.api;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.repositories.RepositoryContents;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/** Creates, configures, lists and deletes repositories. */
final class RepositoryAdministration {
  private static final Logger LOG = Logger.getLogger(RepositoryAdministration.class);

  private static final int PAGE = 1_000;
  private static final int MOST_PAGES = 10;

  private final BlobStore store;
  private final Records records;
  private final RepositoryContents contents;
  private final Tokens tokens;
  private final KeyClient keys;
  private final Consumer<RepositoryName> changed;
  private final Clock clock;

  /**
   * @param changed told of every repository that was changed or deleted, after it was
   */
  RepositoryAdministration(
      BlobStore store,
      Tokens tokens,
      KeyClient keys,
      Consumer<RepositoryName> changed,
      Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.contents = new RepositoryContents(store, clock);
    this.tokens = tokens;
    this.keys = keys;
    this.changed = changed;
    this.clock = clock;
  }

  Optional<RepositoryRecord> find(RepositoryName name) {
    return records.read(ObjectKeys.repository(name), RepositoryRecord.class);
  }

  /**
   * Creates a repository, or gives an existing one these settings. The same settings again change
   * nothing.
   *
   * @return empty when there is none and the caller may not create it
   */
  Optional<Put> put(RepositoryName name, Requests.Settings settings, Manager by) {
    if (by.mayCreate() && find(name).isEmpty()) {
      return contents.making(name, () -> written(name, settings, by));
    }
    return written(name, settings, by);
  }

  private Optional<Put> written(RepositoryName name, Requests.Settings settings, Manager by) {
    AtomicBoolean created = new AtomicBoolean();
    Optional<RepositoryRecord> now =
        records.update(
            ObjectKeys.repository(name),
            RepositoryRecord.class,
            old -> {
              created.set(old.isEmpty());
              if (old.isEmpty()) {
                return by.mayCreate() ? Optional.of(fresh(name, settings, by)) : old;
              }
              RepositoryRecord wanted = settings.in(old.get());
              return wanted.equals(old.get()) ? old : Optional.of(wanted.next(by.subject()));
            });
    if (now.isEmpty()) {
      return Optional.empty();
    }
    changed.accept(name);
    createKeys(name);
    return Optional.of(new Put(now.get(), created.get()));
  }

  /**
   * Changes what is set for all formats together.
   *
   * @param by who does it
   * @return empty when there is no such repository
   */
  Optional<RepositoryRecord> change(
      RepositoryName name, String by, UnaryOperator<RepositoryRecord> change) {
    Optional<RepositoryRecord> now =
        records.update(
            ObjectKeys.repository(name),
            RepositoryRecord.class,
            old ->
                old.map(
                    record -> {
                      RepositoryRecord wanted = change.apply(record);
                      return wanted.equals(record) ? record : wanted.next(by);
                    }));
    changed.accept(name);
    return now;
  }

  private RepositoryRecord fresh(RepositoryName name, Requests.Settings settings, Manager by) {
    return settings.in(
        new RepositoryRecord(
            1,
            name,
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            Optional.of(by.subject()),
            Map.of()));
  }

  /**
   * Early, so that public keys can be handed out before the first push; not needed later. Keys with
   * certificates are left until somebody needs them: to make one may take a second.
   */
  private void createKeys(RepositoryName name) {
    for (Format<?, ?> format : Formats.all()) {
      if (format.key().certification().isEmpty()) {
        try {
          keys.versions(name, new Purpose(format.label()));
        } catch (Failure e) {
          LOG.warnf(
              "the %s key of %s will be made at its first use: %s",
              format.label(), name, e.getMessage());
        }
      }
    }
  }

  /**
   * One page, in order of the records' keys. Whoever may see few of many gets what is found in a
   * bounded number of them.
   *
   * @param after only repositories after this one; empty for all
   * @param limit 1 to 1,000
   * @param seen which ones the caller may see
   */
  Listing list(Optional<RepositoryName> after, int limit, Predicate<RepositoryName> seen) {
    List<RepositoryRecord> found = new ArrayList<>();
    Optional<RepositoryName> last = after;
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      BlobStore.Page page =
          store.list(ObjectKeys.REPOSITORIES, last.map(ObjectKeys::repository).orElse(""), PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        if (found.size() == limit) {
          return new Listing(found, last);
        }
        Optional<RepositoryName> name = ObjectKeys.repositoryOf(entry.key());
        name.filter(seen).flatMap(this::readable).ifPresent(found::add);
        last = name.isPresent() ? name : last;
      }
      if (!page.more()) {
        return new Listing(found, Optional.empty());
      }
    }
    return new Listing(found, last);
  }

  private Optional<RepositoryRecord> readable(RepositoryName name) {
    try {
      return find(name);
    } catch (Json.MalformedJsonException e) {
      LOG.errorf("the record of %s is damaged, and left out of a list", name);
      return Optional.empty();
    }
  }

  /**
   * Deletes a repository. Its keys stay, because copies elsewhere must stay verifiable, and with
   * them what says which identities were given away.
   *
   * @return false when there was nothing to delete
   * @see RepositoryContents
   */
  boolean delete(RepositoryName name) {
    boolean found = contents.delete(name, () -> changed.accept(name));
    tokens.forget(name);
    changed.accept(name);
    return found;
  }

  /**
   * Who configures.
   *
   * @param subject for the record
   * @param mayCreate false for a caller who may only configure
   */
  record Manager(String subject, boolean mayCreate) {}

  /**
   * @param created false when it was there already
   */
  record Put(RepositoryRecord repository, boolean created) {}

  /**
   * @param next after which repository the next page begins; empty on the last one
   */
  record Listing(List<RepositoryRecord> repositories, Optional<RepositoryName> next) {}
}
