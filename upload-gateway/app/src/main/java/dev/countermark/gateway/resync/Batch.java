package dev.countermark.gateway.resync;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Some packages of a campaign as they are stored: as planned, and once more when all are done.
 *
 * @param position key of the last object that was looked at for it
 */
record Batch(String position, List<Item> items) {
  Batch {
    items = List.copyOf(items);
  }

  /**
   * One package.
   *
   * @param format label
   * @param name as in events
   * @param before what told its signature from others when it was planned; absent without one
   * @param result absent until it is dealt with
   * @param code of a refusal or a dead letter
   * @param detail the same for people
   */
  record Item(
      String format,
      RepositoryName repository,
      String name,
      String digest,
      Optional<String> before,
      Optional<ResyncResult> result,
      Optional<String> code,
      Optional<String> detail) {
    Item {
      before = before == null ? Optional.empty() : before;
      result = result == null ? Optional.empty() : result;
      code = code == null ? Optional.empty() : code;
      detail = detail == null ? Optional.empty() : detail;
    }

    Item with(ResyncResult what, Optional<String> why, Optional<String> more) {
      return new Item(format, repository, name, digest, before, Optional.of(what), why, more);
    }
  }

  Map<String, Long> byFormat() {
    Map<String, Long> counts = new TreeMap<>();
    items.forEach(item -> counts.merge(item.format(), 1L, Long::sum));
    return counts;
  }

  Map<ResyncResult, Long> byResult() {
    Map<ResyncResult, Long> counts = new TreeMap<>();
    items.forEach(item -> item.result().ifPresent(r -> counts.merge(r, 1L, Long::sum)));
    return counts;
  }
}
