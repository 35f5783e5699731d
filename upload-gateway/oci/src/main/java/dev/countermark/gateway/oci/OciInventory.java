package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.format.oci.OciRecords.Visibility;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Inventory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What lists say of images, and how they go that nobody keeps. */
record OciInventory(ManifestDeletions deletions) implements Inventory<ManifestRecord, OciSettings> {
  /** The manifest and what it names; images that an index names are counted themselves. */
  @Override
  public long size(ManifestRecord record) {
    long size = record.content().length();
    try {
      return size(Manifest.parse(record.content().toArray(), record.mediaType()), size);
    } catch (InvalidManifestException e) {
      return size; // was checked before it was stored
    }
  }

  /**
   * @param length of the manifest itself, bytes
   */
  static long size(Manifest manifest, long length) {
    return Stream.concat(manifest.config().stream(), manifest.layers().stream())
        .mapToLong(Descriptor::size)
        // Who pushes says how large they are.
        .reduce(length, (a, b) -> a + b < a ? Long.MAX_VALUE : a + b);
  }

  @Override
  public Links links(ManifestRecord record) {
    try {
      Manifest manifest = Manifest.parse(record.content().toArray(), record.mediaType());
      return new Links(
          manifest.requiredManifests().stream().map(Digest::toString).toList(), record.subject());
    } catch (InvalidManifestException e) {
      return Links.NONE; // was checked before it was stored
    }
  }

  @Override
  public Optional<String> ownerByTag(String tag) {
    return ImmutableTags.imageOf(tag);
  }

  @Override
  public boolean isDeletable(OciSettings settings, String name, List<String> tags) {
    return tags.stream()
        .allMatch(
            tag ->
                ImmutableTags.imageOf(tag).isPresent()
                    || settings.immutableTags().stream().noneMatch(p -> p.matches(tag)));
  }

  @Override
  public boolean delete(
      RepositoryRecord repository, ManifestRecord record, List<String> tags, String by) {
    OciName name = OciName.parse(record.name()).orElseThrow();
    try {
      if (deletions.hasOtherTags(name, record, tags)) {
        return false;
      }
      deletions.delete(repository, name, record.digest(), by);
      return true;
    } catch (Failed e) {
      return false; // it is gone, or is to stay
    }
  }

  @Override
  public boolean isServed(OciSettings settings, State state) {
    return state == State.AVAILABLE
        || state == State.EXEMPT
        || settings.visibility() == Visibility.IMMEDIATE && state != State.DELETED;
  }

  @Override
  public boolean hasTags() {
    return true;
  }

  @Override
  public boolean isTag(String key) {
    return OciKeys.isTag(key);
  }

  @Override
  public Optional<Tag> tag(String key, StoredObject object) {
    TagRecord tag = Json.read(object.content(), TagRecord.class);
    // An interrupted write of the embedded store may look like another tag: the record knows.
    return OciKeys.tag(tag.name(), tag.tag()).equals(key)
        ? Optional.of(new Tag(tag.tag(), OciKeys.manifest(tag.name(), tag.digest())))
        : Optional.empty();
  }

  @Override
  public String behind(String key) {
    int kind = key.indexOf("/_");
    int end = kind < 0 ? -1 : key.indexOf('/', kind + 2);
    return end < 0 ? key : key.substring(0, end + 1) + "~";
  }
}
