package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.LegacySignatures;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.format.oci.OciRecords.Visibility;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.SigningScope;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.UploadEvents;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Manifests and the tags that point to them. A push writes the manifest's record, then what refers
 * to it, then the tags, then tells the signers, and only then answers: a crash in between leaves
 * nothing that a repeated push does not complete.
 */
final class Manifests {
  private final BlobStore store;
  private final Records records;
  private final Blobs blobs;
  private final Referrers referrers;
  private final SignatureView signatures;
  private final UploadEvents events;
  private final Executor reads;
  private final Clock clock;

  /**
   * @param reads runs independent reads of one request side by side
   */
  Manifests(
      BlobStore store,
      Blobs blobs,
      Referrers referrers,
      SignatureView signatures,
      UploadEvents events,
      Executor reads,
      Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.blobs = blobs;
    this.referrers = referrers;
    this.signatures = signatures;
    this.events = events;
    this.reads = reads;
    this.clock = clock;
  }

  /**
   * What a reader gets.
   *
   * @param pending whether its signatures are not in place yet
   */
  record Found(ManifestRecord manifest, boolean pending) {
    Found(ManifestRecord manifest) {
      this(manifest, manifest.state() == State.RECEIVED);
    }
  }

  /**
   * @param pusher whether the reader may see what is not signed yet
   * @throws Failed {@code MANIFEST_UNKNOWN}
   */
  Found get(RepositoryRecord repository, OciName name, String reference, boolean pusher) {
    boolean hide =
        repository.settings(new OciFormat()).visibility() == Visibility.AFTER_SIGNING && !pusher;
    Optional<ManifestRecord> found =
        reference.contains(":")
            ? Digest.parse(reference).flatMap(d -> find(name, d)).filter(m -> !hide || visible(m))
            : Tag.parse(reference).flatMap(t -> byTag(name, t, hide));
    return found
        .map(Found::new)
        .orElseThrow(() -> OciCode.MANIFEST_UNKNOWN.failed(name + " holds no " + shown(reference)));
  }

  private static String shown(String reference) {
    return Tag.parse(reference).isPresent() || Digest.parse(reference).isPresent()
        ? reference
        : "such reference";
  }

  private static boolean visible(ManifestRecord manifest) {
    return manifest.state() == State.AVAILABLE || manifest.state() == State.EXEMPT;
  }

  private Optional<ManifestRecord> byTag(OciName name, Tag tag, boolean hide) {
    Optional<TagRecord> record = tag(name, tag);
    Optional<SignatureTags> signatureTag = SignatureTags.parse(tag.value());
    if (record.isEmpty()) {
      return signatureTag
          .filter(s -> s.suffix().equals("sig"))
          .flatMap(s -> find(name, s.subject()))
          .flatMap(signatures::own);
    }
    Optional<ManifestRecord> current =
        Digest.parse(record.get().digest()).flatMap(d -> find(name, d));
    if (hide && current.filter(Manifests::visible).isEmpty()) {
      return record
          .get()
          .previous()
          .flatMap(Digest::parse)
          .flatMap(d -> find(name, d))
          .filter(Manifests::visible);
    }
    Optional<ManifestRecord> subject =
        signatureTag.filter(s -> s.suffix().equals("sig")).flatMap(s -> find(name, s.subject()));
    return current.isPresent() && subject.isPresent()
        ? Optional.of(signatures.merged(current.get(), subject.get()))
        : current;
  }

  Optional<ManifestRecord> find(OciName name, Digest digest) {
    return records.read(OciKeys.manifest(name.value(), digest.toString()), ManifestRecord.class);
  }

  private Optional<TagRecord> tag(OciName name, Tag tag) {
    // An interrupted write of the embedded store may look like another tag: the record knows.
    return records
        .read(OciKeys.tag(name.value(), tag.value()), TagRecord.class)
        .filter(t -> t.tag().equals(tag.value()));
  }

  /**
   * A push.
   *
   * @param reference tag or digest
   * @param moreTags of the {@code tag} parameters, with a push by digest
   * @param ifMatch digest that the tag must point to, if given
   * @param ifNoneMatch whether the tag must not exist yet
   */
  record Push(
      OciName name,
      String reference,
      List<String> moreTags,
      String contentType,
      Optional<String> ifMatch,
      boolean ifNoneMatch) {}

  /** What the answer to a push says. */
  record Pushed(Digest digest, List<Tag> tags, Optional<Digest> subject) {}

  Pushed put(RepositoryRecord repository, Push push, byte[] content) {
    OciName name = push.name();
    Digest digest = digest(push.reference(), content);
    List<Tag> tags = tags(push);
    Manifest manifest = parse(content, push.contentType());
    requireReferences(name, manifest);
    requireCondition(push, tags);

    Optional<Digest> subject =
        manifest.subject().map(dev.countermark.format.oci.Descriptor::digest);
    ManifestRecord record = store(repository, name, digest, manifest, content, subject);
    if (subject.isPresent()) {
      referrers.add(name, subject.get(), digest, manifest, content.length);
    }
    boolean moved = false;
    for (Tag tag : tags) {
      moved |= point(name, tag, record, manifest, push);
    }
    if (record.state() == State.RECEIVED
        || record.state() == State.AVAILABLE
            && moved
            && repository.settings(new OciFormat()).signTags()) {
      events.uploaded(new OciFormat(), record);
    }
    return new Pushed(digest, tags, subject);
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
                          "a tag is [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")));
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

  private void requireReferences(OciName name, Manifest manifest) {
    List<CompletableFuture<Optional<Digest>>> checks = new ArrayList<>();
    ask(manifest.requiredBlobs(), d -> blobs.holds(name, d), checks);
    ask(
        manifest.requiredManifests(),
        d -> store.head(OciKeys.manifest(name.value(), d.toString())).isPresent(),
        checks);
    try {
      for (CompletableFuture<Optional<Digest>> check : checks) {
        Optional<Digest> missing = check.join();
        if (missing.isPresent()) {
          throw OciCode.MANIFEST_BLOB_UNKNOWN.failed(
              "push " + missing.get() + " first: the manifest refers to it");
        }
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void ask(
      Collection<Digest> digests,
      Predicate<Digest> present,
      List<CompletableFuture<Optional<Digest>>> checks) {
    for (Digest digest : digests) {
      checks.add(
          CompletableFuture.supplyAsync(
              () -> present.test(digest) ? Optional.empty() : Optional.of(digest), reads));
    }
  }

  private void requireCondition(Push push, List<Tag> tags) {
    if (push.ifMatch().isEmpty() && !push.ifNoneMatch() || tags.isEmpty()) {
      return;
    }
    requireCondition(push, tag(push.name(), tags.get(0)));
  }

  private static void requireCondition(Push push, Optional<TagRecord> now) {
    boolean holds =
        push.ifNoneMatch()
            ? now.isEmpty()
            : push.ifMatch().isEmpty()
                || now.map(t -> t.digest().equals(push.ifMatch().get())).orElse(false);
    if (!holds) {
      throw OciCode.DENIED.failed(412, "the tag is not what the request expects");
    }
  }

  private ManifestRecord store(
      RepositoryRecord repository,
      OciName name,
      Digest digest,
      Manifest manifest,
      byte[] content,
      Optional<Digest> subject) {
    boolean exempt = SigningScope.exemption(manifest).isPresent();
    ManifestRecord fresh =
        new ManifestRecord(
            1,
            repository.repository(),
            name.value(),
            digest.toString(),
            manifest.mediaType(),
            Bytes.of(content),
            now(),
            exempt ? State.EXEMPT : State.RECEIVED,
            subject.map(Digest::toString),
            Optional.empty(),
            Optional.empty());
    String key = OciKeys.manifest(name.value(), digest.toString());
    while (!records.create(key, fresh)) {
      Optional<ManifestRecord> existing = records.read(key, ManifestRecord.class);
      if (existing.isPresent()) {
        return existing.get();
      }
    }
    return fresh;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * Points a tag to the manifest.
   *
   * @return whether it pointed elsewhere before
   */
  private boolean point(
      OciName name, Tag tag, ManifestRecord target, Manifest manifest, Push push) {
    boolean mergeable =
        push.ifMatch().isEmpty()
            && SignatureTags.parse(tag.value()).isPresent()
            && SigningScope.isCosignLayout(manifest);
    boolean[] moved = new boolean[1];
    records.update(
        OciKeys.tag(name.value(), tag.value()),
        TagRecord.class,
        old -> {
          requireCondition(push, old);
          String digest = mergeable ? withOthers(name, old, target).digest() : target.digest();
          moved[0] = old.isEmpty() || !old.get().digest().equals(digest);
          return moved[0]
              ? Optional.of(
                  new TagRecord(
                      old.map(TagRecord::generation).orElse(0L) + 1,
                      name.value(),
                      tag.value(),
                      digest,
                      old.flatMap(t -> lastVisible(name, t)),
                      now()))
              : old;
        });
    return moved[0];
  }

  /**
   * Signers read a tag, add their layer and write it back; of two at a time the later one would
   * undo the earlier one's. So the tag gets a manifest with the layers of both.
   */
  private ManifestRecord withOthers(OciName name, Optional<TagRecord> old, ManifestRecord target) {
    Optional<ManifestRecord> before =
        old.flatMap(t -> Digest.parse(t.digest())).flatMap(d -> find(name, d));
    if (before.isEmpty()) {
      return target;
    }
    byte[] earlier = before.get().content().toArray();
    byte[] pushed = target.content().toArray();
    return LegacySignatures.union(pushed, earlier)
        .map(union -> signatures.store(target, union))
        .orElse(target);
  }

  private Optional<String> lastVisible(OciName name, TagRecord tag) {
    boolean visible =
        Digest.parse(tag.digest())
            .flatMap(d -> find(name, d))
            .map(Manifests::visible)
            .orElse(false);
    return visible ? Optional.of(tag.digest()) : tag.previous();
  }

  /**
   * Deletes a tag, or a manifest with its tags, signatures and referrers.
   *
   * @throws Failed {@code MANIFEST_UNKNOWN}
   */
  void delete(OciName name, String reference) {
    if (reference.contains(":")) {
      Digest digest =
          Digest.parse(reference)
              .orElseThrow(
                  () -> OciCode.DIGEST_INVALID.failed("not a digest: " + shown(reference)));
      ManifestRecord manifest =
          find(name, digest)
              .orElseThrow(() -> OciCode.MANIFEST_UNKNOWN.failed(name + " holds no " + digest));
      delete(name, manifest, 0);
      return;
    }
    Tag tag =
        Tag.parse(reference)
            .orElseThrow(() -> OciCode.MANIFEST_UNKNOWN.failed("there is no such tag"));
    if (tag(name, tag).isEmpty()) {
      boolean virtual =
          SignatureTags.parse(tag.value())
              .filter(s -> s.suffix().equals("sig"))
              .flatMap(s -> find(name, s.subject()))
              .flatMap(ManifestRecord::signatures)
              .isPresent();
      throw virtual
          ? OciCode.UNSUPPORTED.failed(
              "this signature is the platform's and lives as long as its image")
          : OciCode.MANIFEST_UNKNOWN.failed(name + " has no tag " + tag);
    }
    store.delete(OciKeys.tag(name.value(), tag.value()));
  }

  /** The manifest's own record goes last: a crash leaves something that can be deleted again. */
  private void delete(OciName name, ManifestRecord manifest, int depth) {
    Digest digest = Digest.of(manifest.digest());
    if (depth < 8) {
      for (Digest referrer : referrers.of(name, digest)) {
        find(name, referrer).ifPresent(r -> delete(name, r, depth + 1));
      }
      for (String suffix : List.of("sig", "att", "sbom")) {
        SignatureTags.tag(digest, suffix)
            .flatMap(Tag::parse)
            .ifPresent(tag -> deleteWithTag(name, tag, depth));
      }
    }
    signatures.forget(manifest);
    referrers.deleteAll(name, digest);
    manifest
        .subject()
        .flatMap(Digest::parse)
        .ifPresent(subject -> referrers.remove(name, subject, digest));
    deleteTagsOf(name, digest);
    store.delete(OciKeys.manifest(name.value(), manifest.digest()));
  }

  private void deleteWithTag(OciName name, Tag tag, int depth) {
    tag(name, tag)
        .ifPresent(
            record -> {
              Digest.parse(record.digest())
                  .flatMap(d -> find(name, d))
                  .filter(m -> m.state() == State.EXEMPT)
                  .ifPresent(m -> delete(name, m, depth + 1));
              store.delete(OciKeys.tag(name.value(), tag.value()));
            });
  }

  private void deleteTagsOf(OciName name, Digest digest) {
    String prefix = OciKeys.tags(name.value());
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, 1000);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        records.update(
            entry.key(),
            TagRecord.class,
            old -> old.filter(t -> !t.digest().equals(digest.toString())));
      }
    } while (page.more());
  }
}
