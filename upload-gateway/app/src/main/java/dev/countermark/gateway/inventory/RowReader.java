package dev.countermark.gateway.inventory;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.kit.GatewayFormat;
import java.util.Optional;

/** Makes rows of what one repository holds of one format. */
final class RowReader<R extends PackageRecord<R>> {
  private final BlobStore store;
  private final GatewayFormat<R, ?> format;
  private final RepositoryRecord repository;
  private final String prefix;

  private RowReader(BlobStore store, GatewayFormat<R, ?> format, RepositoryRecord repository) {
    this.store = store;
    this.format = format;
    this.repository = repository;
    this.prefix = format.format().prefix(repository.repository());
  }

  static <R extends PackageRecord<R>> RowReader<R> of(
      BlobStore store, GatewayFormat<R, ?> format, RepositoryRecord repository) {
    return new RowReader<>(store, format, repository);
  }

  RepositoryName repository() {
    return repository.repository();
  }

  /** Below which everything of the format lies in the repository. */
  String prefix() {
    return prefix;
  }

  /** Whether a row is made of the object of a key. */
  boolean isWanted(String key) {
    return format.format().isRecord(key) || format.inventory().isTag(key);
  }

  /** Whether the object of a key is a package. */
  boolean isPackage(String key) {
    return format.format().isRecord(key);
  }

  /** Where a listing goes on after an object that nobody wants. */
  String behind(String key) {
    return format.inventory().behind(key);
  }

  /**
   * Reads an object.
   *
   * @param modified by the store's clock, milliseconds since 1970; 0 when nobody said
   * @param size as the listing said; of no meaning when nobody said
   * @return empty when it is gone
   */
  Optional<Row> read(String key, long modified, long size) {
    return store
        .get(key)
        .map(
            object -> {
              int stored = modified == 0 ? object.content().length : (int) size;
              return row(new Row.Place(key.substring(prefix.length()), modified, stored), object);
            });
  }

  private Row row(Row.Place place, StoredObject object) {
    try {
      return format.inventory().isTag(prefix + place.key())
          ? tag(place, object)
          : row(place, Json.read(object.content(), format.format().recordType()));
    } catch (Json.MalformedJsonException e) {
      return Row.ofNothing(place); // the scrubber finds it
    }
  }

  /** Another repository of the name may have left it. */
  private Row row(Row.Place place, R record) {
    return record.isOf(repository)
        ? Row.of(place, record, format.inventory().size(record), format.inventory().links(record))
        : Row.ofNothing(place);
  }

  private Row tag(Row.Place place, StoredObject object) {
    return format
        .inventory()
        .tag(prefix + place.key(), object)
        .filter(tag -> tag.packageKey().startsWith(prefix))
        .map(tag -> Row.ofTag(place, tag.name(), tag.packageKey().substring(prefix.length())))
        .orElseGet(() -> Row.ofNothing(place));
  }
}
