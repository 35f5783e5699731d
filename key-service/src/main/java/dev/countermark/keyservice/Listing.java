package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.Entry;
import dev.countermark.blobs.BlobStore.Page;
import java.util.function.Consumer;

/** Goes through all keys below a prefix, page by page. */
final class Listing {
  private static final int PAGE = 1_000;

  private Listing() {}

  /** In the order of the keys. */
  static void forEach(BlobStore store, String prefix, Consumer<String> action) {
    String after = "";
    Page page;
    do {
      page = store.list(prefix, after, PAGE);
      for (Entry entry : page.entries()) {
        action.accept(entry.key());
        after = entry.key();
      }
    } while (page.more());
  }
}
