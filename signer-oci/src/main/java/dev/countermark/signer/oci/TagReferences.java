package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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
   * {@code host[:port]/name:tag} for each tag that points to the manifest now, in ascending order.
   * Reads every tag of the name when the record is of a former release, which noted none.
   */
  List<String> tagged(ManifestRecord manifest) {
    Set<String> tags = new TreeSet<>(manifest.tags().orElse(List.of()));
    tags.addAll(listed(OciKeys.tagged(manifest.name(), manifest.digest())));
    if (manifest.tags().isEmpty()) {
      tags.addAll(listed(OciKeys.tags(manifest.name())));
    }
    List<String> references = new ArrayList<>();
    for (String tag : tags) {
      records
          .read(OciKeys.tag(manifest.name(), tag), TagRecord.class)
          .filter(t -> t.digest().equals(manifest.digest()) && t.tag().equals(tag))
          .ifPresent(t -> references.add(bare(manifest.name()) + ":" + tag));
    }
    return references;
  }

  private List<String> listed(String prefix) {
    List<String> names = new ArrayList<>();
    String after = "";
    boolean more = true;
    while (more) {
      BlobStore.Page page = store.list(prefix, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        names.add(after.substring(prefix.length()));
      }
      more = page.more();
    }
    return names;
  }
}
