package dev.countermark.gateway.resync;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.PackageRecord;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Goes over the packages that a campaign is about, page by page, in the order of their keys. */
final class CampaignWalk {
  private static final Logger LOG = Logger.getLogger(CampaignWalk.class);

  private final BlobStore store;
  private final Records records;
  private final int size;

  /**
   * @param size objects of a page, some of which are no packages
   */
  CampaignWalk(BlobStore store, int size) {
    this.store = store;
    this.records = new Records(store);
    this.size = size;
  }

  /** What is done with each package. */
  interface Visit {
    <R extends PackageRecord<R>> void look(Format<R, ?> format, R record);
  }

  /**
   * @param position behind which the next page begins
   * @param ended whether there is none after it
   */
  record Page(String position, boolean ended) {}

  /** Looks at the packages after a position. */
  Page go(CampaignOrder order, String position, Visit visit) {
    for (Format<?, ?> format : order.formats()) {
      String prefix = order.prefix(format);
      boolean within = position.startsWith(prefix);
      if (!within && position.compareTo(prefix) > 0) {
        continue; // before
      }
      BlobStore.Page page = store.list(prefix, within ? position : "", size);
      if (!page.entries().isEmpty()) {
        for (BlobStore.Entry entry : page.entries()) {
          look(order, format, entry.key(), visit);
        }
        String last = page.entries().get(page.entries().size() - 1).key();
        return new Page(format.nextRecords(last), false);
      }
    }
    return new Page(position, true);
  }

  private <R extends PackageRecord<R>> void look(
      CampaignOrder order, Format<R, ?> format, String key, Visit visit) {
    if (!format.isRecord(key)) {
      return;
    }
    Optional<R> record;
    try {
      record = records.read(key, format.recordType());
    } catch (MalformedJsonException e) {
      // The others must not wait for one that is damaged.
      LOG.warnf("the record %s is left out of a resync: %s", key, e.getMessage());
      return;
    }
    record.filter(r -> order.isAbout(format, r)).ifPresent(r -> visit.look(format, r));
  }
}
