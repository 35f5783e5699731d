package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.Failed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists tags and names, page by page, in byte order. */
final class Tags {
  /** What cursors of these lists are made for. */
  static final String CURSORS = "countermark tag cursor v1";

  private static final int PAGE = 1000;

  /** Tags that one request looks at, when each of them must be looked at. */
  static final int LOOKS = 250;

  /** Tags that one request passes over, when some are left out by their names. */
  static final int PASSED = 10 * PAGE;

  private final BlobStore store;
  private final Manifests manifests;
  private final Sight sight;
  private final Cursors cursors;

  Tags(BlobStore store, Manifests manifests, Sight sight, Cursors cursors) {
    this.store = store;
    this.manifests = manifests;
    this.sight = sight;
    this.cursors = cursors;
  }

  /**
   * @param next the query that leads to the next page, when there may be more; a page may be
   *     shorter than what was asked for, even empty, and have one after it
   */
  record Listing(List<String> entries, Optional<String> next) {
    private static Listing before(String last, List<String> entries) {
      return new Listing(entries, Optional.of("last=" + last));
    }
  }

  /**
   * Which tags.
   *
   * @param last only tags after this one; empty for all
   * @param cursor where a page ended that says so in its {@code Link}; instead of {@code last}
   * @param limit most tags on the page, which is never longer than {@link #PAGE}; the rest is on
   *     the next ones
   * @param signedOnly whether only those that show something signed; their page is never longer
   *     than {@link #LOOKS}
   */
  record Wanted(String last, Optional<String> cursor, Optional<Integer> limit, boolean signedOnly) {
    int most() {
      int longest = signedOnly ? LOOKS : PAGE;
      return Math.min(longest, limit.orElse(longest));
    }
  }

  /**
   * Looks at so many tags and no more, however few of them are to be seen.
   *
   * @throws Failed {@code NAME_UNKNOWN} when the name holds nothing at all, {@code UNSUPPORTED}
   *     when the cursor is none of this name
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
    String last = wanted.cursor().map(c -> position(name, c)).orElse(wanted.last());
    String after = last.isEmpty() ? "" : prefix + last;
    int left = wanted.signedOnly() ? LOOKS : PASSED;
    BlobStore.Page page;
    do {
      // One more than there is room for says whether there is a next page.
      page = store.list(prefix, after, Math.min(PAGE, Math.min(left, most - tags.size() + 1)));
      left -= page.entries().size();
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
          return Listing.before(tags.get(most - 1), tags);
        }
        tags.add(tag);
      }
    } while (page.more() && left > 0);
    return page.more()
        ? new Listing(
            tags,
            Optional.of("after=" + cursors.write(name.value(), after.substring(prefix.length()))))
        : new Listing(tags, Optional.empty());
  }

  private String position(OciName name, String cursor) {
    return cursors
        .read(name.value(), cursor)
        .orElseThrow(
            () -> OciCode.UNSUPPORTED.failed(400, "after must be from a Link of this list"));
  }

  private List<String> visible(OciName name, List<String> tags) {
    return sight.passing(name, tags, tag -> manifests.isVisible(name, new Tag(tag)));
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
        return Listing.before(names.get(limit - 1), names);
      }
      String name = key.substring("oci/".length(), end);
      names.add(name);
      after = "oci/" + name + "/_~";
    }
  }
}
