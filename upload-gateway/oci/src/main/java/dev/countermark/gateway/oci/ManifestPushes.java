package dev.countermark.gateway.oci;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.Quotas;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.kit.UploadEvents;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Takes manifests. A push writes the manifest's record, then what refers to it, then the tags, then
 * looks whether the repository is still there, then tells the signers, and only then answers, a
 * little later if the signature is about to come: a crash in between leaves nothing that a repeated
 * push does not complete.
 */
final class ManifestPushes {
  private static final Logger LOG = Logger.getLogger(ManifestPushes.class);

  private final Records records;
  private final ManifestReferences references;
  private final Referrers referrers;
  private final TagMoves tagMoves;
  private final ManifestDeletions deletions;
  private final Told told;
  private final Clock clock;

  /**
   * Who is asked whether there is room, and who is asked and told at the end of a push.
   *
   * @param fence keeps manifests out of repositories that are deleted
   * @param settled hears of signatures
   */
  record Told(Fence fence, UploadEvents events, Quotas quotas, SettledPackages settled) {}

  ManifestPushes(
      ManifestReferences references,
      Referrers referrers,
      TagMoves tagMoves,
      ManifestDeletions deletions,
      Told told,
      Clock clock) {
    this.records = references.records();
    this.references = references;
    this.referrers = referrers;
    this.tagMoves = tagMoves;
    this.deletions = deletions;
    this.told = told;
    this.clock = clock;
  }

  /**
   * A push.
   *
   * @param reference tag or digest
   * @param moreTags of the {@code tag} parameters, with a push by digest
   * @param ifMatch digest that the tag must point to, if given
   * @param ifNoneMatch whether the tag must not exist yet
   * @param subject who pushes
   */
  record Push(
      OciName name,
      String reference,
      List<String> moreTags,
      String contentType,
      Optional<String> ifMatch,
      boolean ifNoneMatch,
      String subject) {}

  /**
   * What the answer to a push says.
   *
   * @param unsigned waits for the first signature, and must be closed; empty when there is none to
   *     come
   */
  record Pushed(
      Digest digest,
      List<Tag> tags,
      Optional<Digest> subject,
      Optional<SettledPackages.Waiter<ManifestRecord>> unsigned) {}

  Pushed put(RepositoryRecord repository, Push push, byte[] content) {
    OciName name = push.name();
    Digest digest = digest(push.reference(), content);
    List<Tag> tags = tags(push);
    Manifest manifest = parse(content, push.contentType());
    requireRoom(repository, name, digest, OciInventory.size(manifest, content.length));
    references.require(repository, name, manifest);
    tagMoves.requireCondition(push, tags);
    ImmutableTags immutable = ImmutableTags.of(repository);
    tagMoves.requireMovable(immutable, name, tags, digest);
    Optional<SignatureLayout> layout = references.layout(name, manifest);
    tagMoves.requireSignatures(name, tags, layout);

    Optional<Digest> subject = manifest.subject().map(Descriptor::digest);
    subject.ifPresent(s -> referrers.requireRoom(name, s, digest, manifest, content.length));
    ManifestRecord fresh =
        fresh(repository, push, new Parsed(digest, manifest, layout, tags), content);
    try {
      return stored(repository, push, fresh, new Parsed(digest, manifest, layout, tags));
    } catch (Failure.Transient e) {
      told.events().notTold();
      throw e;
    }
  }

  /** Stores it, and what goes with it; perhaps all but the last, when it fails. */
  private Pushed stored(
      RepositoryRecord repository, Push push, ManifestRecord fresh, Parsed parsed) {
    OciName name = push.name();
    Digest digest = parsed.digest();
    List<Tag> tags = parsed.tags();
    Optional<Digest> subject = parsed.manifest().subject().map(Descriptor::digest);
    ManifestRecord record = store(repository, name, fresh);
    if (subject.isPresent()) {
      addReferrer(
          repository,
          name,
          new Referring(
              subject.get(),
              digest,
              parsed.manifest(),
              fresh.content().length(),
              record == fresh,
              push.subject()));
    }
    ImmutableTags immutable = ImmutableTags.of(repository);
    boolean moved = false;
    for (Tag tag : tags) {
      moved |= tagMoves.point(immutable, push, tag, record);
    }
    if (record != fresh && !tags.isEmpty()) {
      requireStillThere(record);
    }
    // Before anybody is told: whatever is signed is of the repository that there is.
    told.fence().require(repository, () -> takeBack(repository, name, digest, push.subject()));
    if (record.state() == State.RECEIVED) {
      return new Pushed(digest, tags, subject, Optional.of(announced(name, record)));
    }
    if (record.state() == State.AVAILABLE
        && moved
        && repository.settings(new OciFormat()).signTags()) {
      told.events().uploaded(new OciFormat(), record);
    }
    return new Pushed(digest, tags, subject, Optional.empty());
  }

  private SettledPackages.Waiter<ManifestRecord> announced(OciName name, ManifestRecord record) {
    return told.settled()
        .afterTelling(
            new OciFormat(),
            OciKeys.manifest(name.value(), record.digest()),
            record,
            () -> told.events().uploaded(new OciFormat(), record));
  }

  /** What is there already, and only gets a tag, takes no more room. */
  private void requireRoom(RepositoryRecord repository, OciName name, Digest digest, long size) {
    Optional<String> full = told.quotas().refusal(repository, size);
    if (full.isPresent()
        && records
            .read(OciKeys.manifest(name.value(), digest.toString()), ManifestRecord.class)
            .filter(m -> m.state() != State.DELETED)
            .isEmpty()) {
      throw OciCode.DENIED.failed(full.get());
    }
  }

  /**
   * @param isNew whether this push stored it
   * @param by who pushes
   */
  private record Referring(
      Digest subject, Digest digest, Manifest manifest, long size, boolean isNew, String by) {}

  private void addReferrer(RepositoryRecord repository, OciName name, Referring r) {
    try {
      referrers.add(name, r.subject(), r.digest(), r.manifest(), r.size());
    } catch (Failed e) {
      if (r.isNew()) {
        takeBack(repository, name, r.digest(), r.by()); // others took the room meanwhile
      }
      throw e;
    }
  }

  private static Digest digest(String reference, byte[] content) {
    if (!reference.contains(":")) {
      return Digest.sha256(content);
    }
    Digest digest =
        Digest.parse(reference)
            .orElseThrow(
                () ->
                    OciCode.DIGEST_INVALID.failed(
                        "a digest is sha256:<64 hex> or sha512:<128 hex>"));
    if (!digest.matches(content)) {
      throw OciCode.DIGEST_INVALID.failed("the bytes received do not have the digest " + digest);
    }
    return digest;
  }

  private static List<Tag> tags(Push push) {
    List<String> texts = new ArrayList<>(push.moreTags());
    if (!push.reference().contains(":")) {
      texts.add(0, push.reference());
    }
    if (texts.size() > 64) {
      throw OciCode.MANIFEST_INVALID.failed(414, "at most 64 tags in one push");
    }
    List<Tag> tags = new ArrayList<>();
    for (String text : texts) {
      tags.add(
          Tag.parse(text)
              .orElseThrow(
                  () ->
                      OciCode.MANIFEST_INVALID.failed(
                          Tag.objection(text) + ": a tag is [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")));
    }
    return tags;
  }

  private static Manifest parse(byte[] content, String contentType) {
    try {
      return Manifest.parse(content, contentType);
    } catch (InvalidManifestException e) {
      throw OciCode.MANIFEST_INVALID.failed(
          e.rule() == InvalidManifestException.Rule.TOO_LARGE ? 413 : 400, e.getMessage());
    }
  }

  /** What was found out of a manifest that is pushed. */
  private record Parsed(
      Digest digest, Manifest manifest, Optional<SignatureLayout> layout, List<Tag> tags) {}

  private ManifestRecord fresh(
      RepositoryRecord repository, Push push, Parsed parsed, byte[] content) {
    Manifest manifest = parsed.manifest();
    return new ManifestRecord(
        1,
        repository.repository(),
        push.name().value(),
        parsed.digest().toString(),
        manifest.mediaType(),
        Bytes.of(content),
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        parsed.layout().isPresent() ? State.EXEMPT : State.RECEIVED,
        manifest.subject().map(s -> s.digest().toString()),
        Optional.empty(),
        Optional.empty(),
        parsed.layout().map(SignatureLayout::label),
        Optional.of(parsed.tags().stream().map(Tag::value).distinct().toList()),
        Optional.of(repository.createdAt()),
        Optional.of(push.subject()),
        Optional.empty());
  }

  /**
   * Whoever deletes it meanwhile looks for tags that point to it, perhaps before ours did.
   *
   * @throws Failure.Transient when it is gone: pushed again, it is there with its tags
   */
  private void requireStillThere(ManifestRecord record) {
    boolean there =
        records
            .read(OciKeys.manifest(record.name(), record.digest()), ManifestRecord.class)
            .filter(now -> now.state() != State.DELETED)
            .filter(now -> now.pushedAt().equals(record.pushedAt()))
            .isPresent();
    if (!there) {
      throw new Failure.Transient(record.digest() + " was deleted meanwhile", null);
    }
  }

  /** What the deletion took already is as it shall be. */
  private void takeBack(RepositoryRecord repository, OciName name, Digest digest, String by) {
    try {
      deletions.takeBack(repository, name, digest, by);
    } catch (Failed e) {
      LOG.debugf("nothing to take back: %s", e.getMessage());
    }
  }

  /** The record, or the one that is there in the same repository. */
  private ManifestRecord store(RepositoryRecord repository, OciName name, ManifestRecord fresh) {
    String key = OciKeys.manifest(fresh.name(), fresh.digest());
    while (!records.create(key, fresh)) {
      Optional<ManifestRecord> existing = records.read(key, ManifestRecord.class);
      if (existing.filter(m -> m.state() == State.DELETED).isPresent()) {
        // Its tags must be gone before it is there again, or they would be back with it.
        deletions.finish(name, existing.get());
      } else if (existing.isPresent()
          && !told.fence().clears(repository, new OciFormat(), key, existing.get())) {
        return existing.get();
      }
    }
    return fresh;
  }
}
