package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.DeletionRecord;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.ObjectChanges;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * Deletes tags, and manifests with what belongs to them. A manifest that goes is first noted and
 * then marked, from where on nobody finds it; what belongs to it goes at once as far as one request
 * may work, and the rest in the background. Whoever dies in between left the note.
 */
final class ManifestDeletions {
  private static final Logger LOG = Logger.getLogger(ManifestDeletions.class);

  /** Tags and manifests that one request looks at. */
  static final int AT_ONCE = 100;

  /** A note without its mark is of a request that is under way, or never came to it. */
  private static final Duration UNDER_WAY = Duration.ofMinutes(10);

  private static final int PAGE = 1_000;

  private final Deletion.Parts parts;
  private final BlobStore store;
  private final Records records;
  private final Manifests manifests;
  private final TagIndex index;
  private final Clock clock;
  private final Executor background;
  private final ObjectChanges changes;

  /**
   * @param background for what nobody waits for
   */
  ManifestDeletions(Deletion.Parts parts, ObjectChanges changes, Executor background) {
    this.changes = changes;
    this.parts = parts;
    this.store = parts.store();
    this.records = new Records(parts.store());
    this.manifests = parts.manifests();
    this.index = new TagIndex(parts.store());
    this.clock = parts.clock();
    this.background = background;
  }

  /**
   * Deletes a tag, or a manifest with its tags, signatures and referrers.
   *
   * @param by who does it
   * @throws Failed {@code MANIFEST_UNKNOWN}, {@code UNSUPPORTED} for what is the platform's, or
   *     {@code DENIED} for an immutable tag and what it points to
   */
  void delete(RepositoryRecord repository, OciName name, String reference, String by) {
    ImmutableTags immutable = ImmutableTags.of(repository);
    if (!reference.contains(":")) {
      deleteTag(immutable, name, reference);
      Tag.parse(reference)
          .ifPresent(
              tag -> changed(repository.repository(), OciKeys.tag(name.value(), tag.value())));
      return;
    }
    Digest digest =
        Digest.parse(reference)
            .orElseThrow(
                () -> OciCode.DIGEST_INVALID.failed("not a digest: " + Manifests.shown(reference)));
    ManifestRecord manifest = manifests.find(name, digest).orElseThrow(() -> unknown(name, digest));
    parts.pieces().requireOthers(name, manifest);
    requireDeletable(immutable, name, manifest);
    delete(repository, name, manifest, by);
  }

  /** Deletes what was pushed and is not to be there, whatever its tags. */
  void takeBack(RepositoryRecord repository, OciName name, Digest digest, String by) {
    delete(
        repository,
        name,
        manifests.find(name, digest).orElseThrow(() -> unknown(name, digest)),
        by);
  }

  /** Whether a tag points to a manifest that is none of some. */
  boolean hasOtherTags(OciName name, ManifestRecord manifest, List<String> some) {
    return !index.each(
        name,
        manifest,
        tag ->
            some.contains(tag.value())
                || manifests
                    .tag(name, tag)
                    .filter(t -> t.digest().equals(manifest.digest()))
                    .isEmpty());
  }

  /** What refers to a manifest goes along, so that its tags count, too. */
  private void requireDeletable(ImmutableTags immutable, OciName name, ManifestRecord manifest) {
    if (immutable.isNone()) {
      return;
    }
    requireNoTag(immutable, name, manifest);
    for (Digest referrer : parts.referrers().of(name, Digest.of(manifest.digest()))) {
      manifests.find(name, referrer).ifPresent(m -> requireNoTag(immutable, name, m));
    }
  }

  private void requireNoTag(ImmutableTags immutable, OciName name, ManifestRecord manifest) {
    index.each(
        name,
        manifest,
        tag -> {
          if (immutable.cover(tag)
              && manifests
                  .tag(name, tag)
                  .filter(t -> t.digest().equals(manifest.digest()))
                  .isPresent()) {
            throw immutable.refusal(tag);
          }
          return true;
        });
  }

  private void delete(
      RepositoryRecord repository, OciName name, ManifestRecord manifest, String by) {
    Digest digest = Digest.of(manifest.digest());
    DeletionRecord wanted =
        new DeletionRecord(
            name.value(),
            digest.toString(),
            SignedOnly.isRule(repository) && !Sight.isVisible(manifest));
    store.create(OciKeys.deletion(name.value(), digest.toString()), Json.write(wanted));
    ManifestRecord marked =
        records
            .update(
                OciKeys.manifest(name.value(), digest.toString()),
                ManifestRecord.class,
                old -> old.map(m -> m.state() == State.DELETED ? m : m.deleted(by)))
            .orElseThrow(() -> unknown(name, digest));
    if (!goOn(wanted, marked, AT_ONCE)) {
      background.execute(() -> goOnQuietly(wanted));
    }
    changed(repository.repository(), OciKeys.manifest(name.value(), digest.toString()));
  }

  private void changed(RepositoryName repository, String key) {
    changes.changed(new OciFormat(), repository, key);
  }

  private static Failed unknown(OciName name, Digest digest) {
    return OciCode.MANIFEST_UNKNOWN.failed(name + " holds no " + digest);
  }

  private void deleteTag(ImmutableTags immutable, OciName name, String reference) {
    Tag tag =
        Tag.parse(reference)
            .orElseThrow(() -> OciCode.MANIFEST_UNKNOWN.failed("there is no such tag"));
    if (manifests.tag(name, tag).isEmpty()) {
      boolean virtual =
          SignatureTags.parse(tag.value())
              .filter(s -> s.suffix().equals("sig"))
              .flatMap(s -> manifests.find(name, s.subject()))
              .flatMap(ManifestRecord::signatures)
              .isPresent();
      throw virtual
          ? PlatformPieces.ours()
          : OciCode.MANIFEST_UNKNOWN.failed(name + " has no tag " + tag);
    }
    if (immutable.cover(tag)) {
      throw immutable.refusal(tag);
    }
    store.delete(OciKeys.tag(name.value(), tag.value()));
  }

  /**
   * Goes on with a deletion that somebody began, so that the manifest can be pushed again.
   *
   * @param marked the record that is in the way
   * @throws Failure.Transient when there is too much left to wait for
   */
  void finish(OciName name, ManifestRecord marked) {
    DeletionRecord wanted =
        records
            .read(OciKeys.deletion(name.value(), marked.digest()), DeletionRecord.class)
            .orElseGet(() -> new DeletionRecord(name.value(), marked.digest(), false));
    if (!goOn(wanted, marked, AT_ONCE)) {
      throw new Failure.Transient(marked.digest() + " is still being deleted", null);
    }
  }

  /**
   * @param most tags and manifests that are looked at
   * @return whether it is done
   */
  private boolean goOn(DeletionRecord wanted, ManifestRecord marked, int most) {
    try {
      new Deletion(parts, wanted, most).run(marked);
      store.delete(OciKeys.deletion(wanted.name(), wanted.digest()));
      return true;
    } catch (Deletion.TooMuchException e) {
      return false;
    }
  }

  private void goOnQuietly(DeletionRecord wanted) {
    try {
      goOnWithAll(wanted, true);
    } catch (RuntimeException e) {
      LOG.warnf("the deletion of %s goes on later: %s", wanted.digest(), e.getMessage());
    }
  }

  /** Goes on with what was begun and not ended, as after a crash. */
  void goOn() {
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(OciKeys.DELETIONS, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        if (OciKeys.isDeletion(after)) {
          goOn(entry);
        }
      }
    } while (page.more());
  }

  /** The others must not wait for one that is damaged. */
  private void goOn(BlobStore.Entry entry) {
    Instant old = clock.instant().minus(UNDER_WAY);
    boolean isOld = entry.lastModified().isBefore(old);
    try {
      records
          .read(entry.key(), DeletionRecord.class)
          .ifPresent(wanted -> goOnWithAll(wanted, !isOld));
    } catch (Json.MalformedJsonException e) {
      LOG.errorf("the note %s cannot be read: its deletion stays half done", entry.key());
    }
  }

  /**
   * @param keep whether a note without a mark stays
   */
  private void goOnWithAll(DeletionRecord wanted, boolean keep) {
    Optional<ManifestRecord> record =
        records.read(OciKeys.manifest(wanted.name(), wanted.digest()), ManifestRecord.class);
    Optional<ManifestRecord> marked = record.filter(m -> m.state() == State.DELETED);
    if (marked.isPresent()) {
      goOn(wanted, marked.get(), Integer.MAX_VALUE);
    } else if (!keep) {
      // It is gone, or was pushed again since, or nobody was told that it would go.
      store.delete(OciKeys.deletion(wanted.name(), wanted.digest()));
    }
  }
}
