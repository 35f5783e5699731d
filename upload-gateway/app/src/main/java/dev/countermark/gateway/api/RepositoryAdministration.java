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
import dev.countermark.gateway.auth.RepositoryTokens;
import dev.countermark.gateway.repositories.RepositoryContents;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Creates, configures, lists and deletes repositories. */
final class RepositoryAdministration {
  private static final Logger LOG = Logger.getLogger(RepositoryAdministration.class);

  private final BlobStore store;
  private final Records records;
  private final RepositoryContents contents;
  private final RepositoryTokens tokens;
  private final KeyClient keys;
  private final Consumer<RepositoryName> changed;
  private final Clock clock;

  /**
   * @param changed told of every repository that was changed or deleted, after it was
   */
  RepositoryAdministration(
      BlobStore store,
      RepositoryTokens tokens,
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
   * @param mayCreate false for a caller who may only configure
   * @return empty when there is none and it may not be created
   */
  Optional<Put> put(RepositoryName name, Requests.Settings settings, boolean mayCreate) {
    if (mayCreate && find(name).isEmpty()) {
      return contents.making(name, () -> written(name, settings, true));
    }
    return written(name, settings, mayCreate);
  }

  private Optional<Put> written(
      RepositoryName name, Requests.Settings settings, boolean mayCreate) {
    AtomicBoolean created = new AtomicBoolean();
    Optional<RepositoryRecord> now =
        records.update(
            ObjectKeys.repository(name),
            RepositoryRecord.class,
            old -> {
              created.set(old.isEmpty());
              if (old.isEmpty()) {
                return mayCreate ? Optional.of(fresh(name, settings)) : old;
              }
              RepositoryRecord wanted = settings.in(old.get());
              return wanted.equals(old.get()) ? old : Optional.of(wanted.next());
            });
    if (now.isEmpty()) {
      return Optional.empty();
    }
    changed.accept(name);
    createKeys(name);
    return Optional.of(new Put(now.get(), created.get()));
  }

  private RepositoryRecord fresh(RepositoryName name, Requests.Settings settings) {
    return settings.in(
        new RepositoryRecord(1, name, clock.instant().truncatedTo(ChronoUnit.MILLIS)));
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
   * One page, in order of the records' keys.
   *
   * @param after only repositories after this one; empty for all
   * @param limit 1 to 1,000
   */
  Listing list(Optional<RepositoryName> after, int limit) {
    BlobStore.Page page =
        store.list(ObjectKeys.REPOSITORIES, after.map(ObjectKeys::repository).orElse(""), limit);
    List<RepositoryRecord> found = new ArrayList<>();
    for (BlobStore.Entry entry : page.entries()) {
      try {
        records.read(entry.key(), RepositoryRecord.class).ifPresent(found::add);
      } catch (Json.MalformedJsonException e) {
        LOG.errorf("the record %s is damaged, and left out of a list", entry.key());
      }
    }
    return new Listing(found, page.more());
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
   * @param created false when it was there already
   */
  record Put(RepositoryRecord repository, boolean created) {}

  /**
   * @param more whether there are repositories after the last one
   */
  record Listing(List<RepositoryRecord> repositories, boolean more) {}
}
