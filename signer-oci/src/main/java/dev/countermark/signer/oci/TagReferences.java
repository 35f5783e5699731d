package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.TagRecord;
import java.util.ArrayList;
import java.util.List;

/** The names under which a manifest can be pulled, as signatures state them. */
final class TagReferences {
  private static final int PAGE = 1_000;

  private final BlobStore store;
  private final Records records;
  private final String authority;

  /**
   * @param authority host and port of the public address, as clients write it
   */
  TagReferences(BlobStore store, Records records, String authority) {
    this.store = store;
    this.records = records;
    this.authority = authority;
  }

  /** {@code host[:port]/name}. */
  String bare(String name) {
    return authority + "/" + name;
  }

  /**
   * {@code host[:port]/name:tag} for each tag that points to {@code digest} now, in ascending
   * order. Reads every tag of the name: only for repositories that ask for it.
   */
  List<String> tagged(String name, String digest) {
    List<String> references = new ArrayList<>();
    String prefix = OciKeys.tags(name);
    String after = "";
    boolean more = true;
    while (more) {
      BlobStore.Page page = store.list(prefix, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        records
            .read(entry.key(), TagRecord.class)
            .filter(tag -> tag.digest().equals(digest))
            .ifPresent(tag -> references.add(bare(name) + ":" + tag.tag()));
      }
      more = page.more();
    }
    return references;
  }
}
