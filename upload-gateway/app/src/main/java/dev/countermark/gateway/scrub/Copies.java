package dev.countermark.gateway.scrub;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.integrity.Sum;
import dev.countermark.gateway.kit.GatewayFormats;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.stream.Stream;

/** Puts right what is damaged where the same bytes lie elsewhere, and are right there. */
final class Copies {
  private static final int PAGE = 100;

  /** Nothing that is one object is larger. */
  private static final long LARGEST = Integrity.SMALL;

  private final BlobStore store;
  private final GatewayFormats formats;
  private final MemoryBudget memory;

  Copies(BlobStore store, GatewayFormats formats, MemoryBudget memory) {
    this.store = store;
    this.formats = formats;
    this.memory = memory;
  }

  /**
   * @param key of what is damaged
   * @return whether it is right again
   */
  boolean repair(String key, Sum sum) {
    return candidates(sum)
        .filter(candidate -> !candidate.equals(key))
        .anyMatch(candidate -> copied(candidate, key, sum));
  }

  private Stream<String> candidates(Sum sum) {
    Stream<String> parts =
        sum.algorithm().equals("sha256")
            ? store.list(ObjectKeys.contents(sum.hex()), "", PAGE).entries().stream()
                .map(BlobStore.Entry::key)
            : Stream.empty();
    // One after the other: the second is asked only when the first has none.
    return Stream.concat(
        parts, formats.all().stream().flatMap(f -> f.marks().copies(sum.toString(), store)));
  }

  private boolean copied(String from, String to, Sum sum) {
    Optional<BlobStore.ObjectInfo> info = store.head(from).filter(i -> i.size() <= LARGEST);
    if (info.isEmpty()) {
      return false;
    }
    int size = (int) info.get().size();
    try (MemoryBudget.Held held = memory.take(size);
        InputStream in = store.open(from, 0, size).orElse(null)) {
      byte[] content = in == null ? new byte[0] : in.readNBytes(size);
      if (content.length < size || !sum.isThatOf(content)) {
        return false;
      }
      store.put(to, content, size);
      return true;
    } catch (IOException e) {
      return false; // another one, or another time
    }
  }
}
