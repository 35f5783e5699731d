package dev.countermark.gateway.resync;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * Campaigns in the store. The record of a campaign is written before the mark that it is open, and
 * the mark goes after it has ended: a crash between leaves a mark too much, or one that is missing
 * until the event is delivered again.
 */
final class CampaignStore {
  private static final Logger LOG = Logger.getLogger(CampaignStore.class);
  private static final int PAGE = 1_000;

  private final BlobStore store;
  private final Records records;

  CampaignStore(BlobStore store) {
    this.store = store;
    this.records = new Records(store);
  }

  /**
   * Starts it, unless there is, or was, one of its id.
   *
   * @return the one that there is
   */
  Campaign create(Campaign campaign) {
    String key = ObjectKeys.resync(campaign.id());
    Campaign there =
        records.create(key, campaign)
            ? campaign
            : records.read(key, Campaign.class).orElse(campaign);
    if (there.isOpen()) {
      mark(there.id());
    }
    return there;
  }

  /** When the repository of that name was made; empty when there is none. */
  Optional<Instant> createdAt(RepositoryName repository) {
    return records
        .read(ObjectKeys.repository(repository), RepositoryRecord.class)
        .map(RepositoryRecord::createdAt);
  }

  /** It is to be gone on with. */
  void mark(String id) {
    store.create(ObjectKeys.openResync(id), new byte[0]);
  }

  Optional<Campaign> find(String id) {
    return records.read(ObjectKeys.resync(id), Campaign.class);
  }

  Optional<Campaign> change(String id, UnaryOperator<Campaign> change) {
    return records.update(ObjectKeys.resync(id), Campaign.class, old -> old.map(change));
  }

  /** Ids of those that have not ended, and perhaps of some that just have. */
  List<String> open() {
    List<String> open = new ArrayList<>();
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(ObjectKeys.OPEN_RESYNCS, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        String id = after.substring(ObjectKeys.OPEN_RESYNCS.length());
        if (ResyncRequested.isId(id)) {
          open.add(id);
        }
      }
    } while (page.more());
    return open;
  }

  /** It has ended, or rests. */
  void close(String id) {
    store.delete(ObjectKeys.openResync(id));
  }

  /**
   * Some campaigns.
   *
   * @param next key after which the next page begins; absent on the last one
   */
  record Page(List<Campaign> campaigns, Optional<String> next) {}

  /** In the order of their ids. */
  Page list(String after, int size) {
    BlobStore.Page page = store.list(ObjectKeys.RESYNCS, after, size);
    List<Campaign> campaigns = new ArrayList<>();
    for (BlobStore.Entry entry : page.entries()) {
      try {
        records.read(entry.key(), Campaign.class).ifPresent(campaigns::add);
      } catch (MalformedJsonException e) {
        LOG.warnf("the campaign %s cannot be read: %s", entry.key(), e.getMessage());
      }
    }
    return new Page(
        campaigns,
        page.more()
            ? Optional.of(page.entries().get(page.entries().size() - 1).key())
            : Optional.empty());
  }

  /**
   * Plans some packages of a campaign, unless somebody who died or slept did before.
   *
   * @return what is planned
   */
  Batch plan(String id, int number, Batch batch) {
    String key = ObjectKeys.resyncBatch(id, number);
    return records.create(key, batch) ? batch : records.read(key, Batch.class).orElse(batch);
  }

  /** Writes what came of some packages of a campaign. */
  void put(String id, int number, Batch batch) {
    records.update(ObjectKeys.resyncBatch(id, number), Batch.class, old -> Optional.of(batch));
  }

  Optional<Batch> batch(String id, int number) {
    return records.read(ObjectKeys.resyncBatch(id, number), Batch.class);
  }
}
