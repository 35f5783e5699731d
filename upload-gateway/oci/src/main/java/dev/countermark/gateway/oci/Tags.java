package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists tags and names, page by page, in byte order. */
final class Tags {
  private static final int PAGE = 1000;

  /** Tags on a page when each of them must be looked at. */
  private static final int LOOKS = 250;

  private final BlobStore store;
  private final Manifests manifests;
  private final Sight sight;

  Tags(BlobStore store, Manifests manifests, Sight sight) {
    this.store = store;
    this.manifests = manifests;
    this.sight = sight;
  }

  /**
   * @param next the last entry of this page, when there are more
   */
  record Listing(List<String> entries, Optional<String> next) {}

  /**
   * Which tags.
   *
   * @param last only tags after this one; empty for all
   * @param limit most tags on the page, which is never longer than {@link #PAGE}; the rest is on
   *     the next ones
   * @param signedOnly whether only those that show something signed; their page is never longer
   *     than {@link #LOOKS}
   */
  record Wanted(String last, Optional<Integer> limit, boolean signedOnly) {
    int most() {
      int longest = signedOnly ? LOOKS : PAGE;
      return Math.min(longest, limit.orElse(longest));
    }
  }

  /**
   * @throws Failed {@code NAME_UNKNOWN} when the name holds nothing at all
   */
  Listing tags(RepositoryRecord repository, OciName name, Wanted wanted) {
    if (store.list("oci/" + name + "/_", "", 1).entries().isEmpty()) {
      throw OciCode.NAME_UNKNOWN.failed("there is no image " + name);
    }
    int most = wanted.most();
    List<String> tags = new ArrayList<>();
    if (most == 0) {
      return new Listing(tags, Optional.empty());
    }
    String prefix = OciKeys.tags(name.value());
    String after = wanted.last().isEmpty() ? "" : prefix + wanted.last();
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, wanted.signedOnly() ? LOOKS : PAGE);
      List<String> listed = new ArrayList<>();
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        String tag = after.substring(prefix.length());
        if (Tag.parse(tag).isPresent() && !hidden(repository, tag)) {
          listed.add(tag);
        }
      }
      for (String tag : wanted.signedOnly() ? visible(name, listed) : listed) {
        if (tags.size() == most) {
          return new Listing(tags, Optional.of(tags.get(most - 1)));
        }
        tags.add(tag);
      }
    } while (page.more());
    return new Listing(tags, Optional.empty());
  }

  private List<String> visible(OciName name, List<String> tags) {
    return sight.passing(tags, tag -> manifests.isVisible(name, new Tag(tag)));
  }

  private static boolean hidden(RepositoryRecord repository, String tag) {
    return repository.settings(new OciFormat()).hideSignatureTags()
        && SignatureTags.parse(tag).isPresent();
  }

  Listing names(String last, int limit) {
    return names(store, last, limit);
  }

  /** Names of all images; one listing request per name. */
  static Listing names(BlobStore store, String last, int limit) {
    List<String> names = new ArrayList<>();
    String after = last.isEmpty() ? "" : "oci/" + last + "/_~";
    while (true) {
      BlobStore.Page page = store.list("oci/", after, 1);
      if (page.entries().isEmpty()) {
        return new Listing(names, Optional.empty());
      }
      String key = page.entries().get(0).key();
      int end = key.indexOf("/_");
      if (end < 0) {
        after = key;
        continue;
      }
      if (names.size() == limit) {
        return new Listing(names, Optional.of(names.get(limit - 1)));
      }
      String name = key.substring("oci/".length(), end);
      names.add(name);
      after = "oci/" + name + "/_~";
    }
  }
}
