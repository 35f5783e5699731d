package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.Tag;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which tags may point to a manifest. The tags of its first push are in its record and cost
 * nothing; a later one is noted beside it before it points there. A note may be out of date: the
 * tag's own record knows.
 */
final class TagIndex {
  private static final int PAGE = 1_000;
  private static final byte[] NOTE = {'1'};

  private final BlobStore store;

  TagIndex(BlobStore store) {
    this.store = store;
  }

  /** Called before the tag points to the manifest. */
  void note(ManifestRecord manifest, Tag tag) {
    boolean known = manifest.tags().filter(tags -> tags.contains(tag.value())).isPresent();
    if (!known) {
      store.create(OciKeys.tagged(manifest.name(), manifest.digest()) + tag, NOTE);
    }
  }

  /** Called when the tag no longer points to the manifest. */
  void forget(OciName name, String digest, Tag tag) {
    store.delete(OciKeys.tagged(name.value(), digest) + tag);
  }

  /**
   * Every tag that may point to a manifest, in no order; all tags of the name when its record is of
   * a former release.
   *
   * @param each is told of some more than once at most; says whether it takes more
   * @return false when it took no more
   */
  boolean each(OciName name, ManifestRecord manifest, Predicate<Tag> each) {
    if (manifest.tags().isEmpty() && !list(OciKeys.tags(name.value()), each)) {
      return false;
    }
    Set<Tag> first = new LinkedHashSet<>();
    manifest.tags().ifPresent(tags -> tags.forEach(tag -> Tag.parse(tag).ifPresent(first::add)));
    return first.stream().allMatch(each)
        && list(OciKeys.tagged(name.value(), manifest.digest()), each);
  }

  private boolean list(String prefix, Predicate<Tag> each) {
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        if (!Tag.parse(after.substring(prefix.length())).map(each::test).orElse(true)) {
          return false;
        }
      }
    } while (page.more());
    return true;
  }
}
