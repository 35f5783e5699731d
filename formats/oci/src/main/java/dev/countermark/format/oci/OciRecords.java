package dev.countermark.format.oci;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Checksummed;
import dev.countermark.contracts.Glob;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The records of the OCI path. Each is one JSON object that only ever changes by an atomic
 * compare-and-set; {@code generation} grows by one with each change, so that a record never returns
 * to earlier bytes (an ETag is a content hash).
 */
public final class OciRecords {
  private OciRecords() {}

  /** In declaration order, so that equal sets are equal bytes. */
  private static Set<SignatureFormat> inOrder(Set<SignatureFormat> formats) {
    return Collections.unmodifiableSet(EnumSet.copyOf(formats));
  }

  /** When an image may be pulled. */
  public enum Visibility {
    /** At once, because clients read back what they just pushed. */
    @JsonProperty("immediate")
    IMMEDIATE,
    /** Only when its signatures are in place. */
    @JsonProperty("after-signing")
    AFTER_SIGNING
  }

  /** The forms of a cosign signature. */
  public enum SignatureFormat {
    /** The {@code sha256-<hex>.sig} tag: cosign 2, podman, skopeo, policy controllers. */
    @JsonProperty("legacy")
    LEGACY,
    /** The Sigstore v0.3 bundle as a referrer: cosign 3. */
    @JsonProperty("bundle")
    BUNDLE
  }

  /**
   * @param visibility default immediate
   * @param anonymousPull whether anybody may pull; default false
   * @param signatureFormats default both; never empty
   * @param signTags also sign {@code host/name:tag} identities, for podman's default policy
   * @param hideSignatureTags leave users' signature tags out of the tag list; the platform's own
   *     are never in it
   * @param immutableTags tags that neither move nor go, once they are there; default none
   * @param sparseIndexes take an index although manifests that it lists are not there; default
   *     false
   */
  public record OciSettings(
      Visibility visibility,
      boolean anonymousPull,
      Set<SignatureFormat> signatureFormats,
      boolean signTags,
      boolean hideSignatureTags,
      List<Glob> immutableTags,
      boolean sparseIndexes) {
    public OciSettings {
      immutableTags = immutableTags == null ? List.of() : List.copyOf(immutableTags);
      visibility = visibility == null ? Visibility.IMMEDIATE : visibility;
      signatureFormats =
          signatureFormats == null || signatureFormats.isEmpty()
              ? inOrder(EnumSet.allOf(SignatureFormat.class))
              : inOrder(signatureFormats);
    }

    /** With whole indexes only. */
    public OciSettings(
        Visibility visibility,
        boolean anonymousPull,
        Set<SignatureFormat> signatureFormats,
        boolean signTags,
        boolean hideSignatureTags,
        List<Glob> immutableTags) {
      this(
          visibility,
          anonymousPull,
          signatureFormats,
          signTags,
          hideSignatureTags,
          immutableTags,
          false);
    }

    /** Without immutable tags. */
    public OciSettings(
        Visibility visibility,
        boolean anonymousPull,
        Set<SignatureFormat> signatureFormats,
        boolean signTags,
        boolean hideSignatureTags) {
      this(visibility, anonymousPull, signatureFormats, signTags, hideSignatureTags, null);
    }

    public static OciSettings defaults() {
      return new OciSettings(null, false, null, false, false);
    }
  }

  /**
   * A manifest, its bytes and all the platform's signatures of it.
   *
   * @param name full OCI name
   * @param digest {@code algorithm:hex}
   * @param mediaType as pushed, without parameters
   * @param content the manifest's bytes, verbatim
   * @param pushedAt when it was first accepted
   * @param subject digest of the manifest it refers to, if any
   * @param signatures absent until signed
   * @param exemption label of the {@link SignatureLayout} that it is recognised as and never signed
   *     for; absent also in exempt records of former releases, which exempted more
   * @param tags those that it was first pushed with; later ones are noted below {@link
   *     OciKeys#tagged}. Absent in records of former releases, whose tags only a look at all tags
   *     finds
   * @param repositoryCreatedAt absent in records of former releases
   * @param pushedBy absent in records of former releases
   * @param changedBy who deletes it, if anybody does
   */
  public record ManifestRecord(
      long generation,
      RepositoryName repository,
      String name,
      String digest,
      String mediaType,
      Bytes content,
      Instant pushedAt,
      State state,
      Optional<String> subject,
      Optional<Signatures> signatures,
      Optional<RefusalNote> refusal,
      Optional<String> exemption,
      Optional<List<String>> tags,
      Optional<Instant> repositoryCreatedAt,
      Optional<String> pushedBy,
      Optional<String> changedBy)
      implements PackageRecord<ManifestRecord> {
    public ManifestRecord {
      subject = subject == null ? Optional.empty() : subject;
      signatures = signatures == null ? Optional.empty() : signatures;
      refusal = refusal == null ? Optional.empty() : refusal;
      exemption = exemption == null ? Optional.empty() : exemption;
      tags = tags == null ? Optional.empty() : tags.map(List::copyOf);
      repositoryCreatedAt = repositoryCreatedAt == null ? Optional.empty() : repositoryCreatedAt;
      pushedBy = pushedBy == null ? Optional.empty() : pushedBy;
      changedBy = changedBy == null ? Optional.empty() : changedBy;
    }

    /** One as former releases wrote it. */
    public ManifestRecord(
        long generation,
        RepositoryName repository,
        String name,
        String digest,
        String mediaType,
        Bytes content,
        Instant pushedAt,
        State state,
        Optional<String> subject,
        Optional<Signatures> signatures,
        Optional<RefusalNote> refusal) {
      this(
          generation,
          repository,
          name,
          digest,
          mediaType,
          content,
          pushedAt,
          state,
          subject,
          signatures,
          refusal,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    @Override
    public ManifestRecord into(RepositoryRecord into) {
      return with(Optional.of(into.createdAt()), pushedBy, changedBy);
    }

    @Override
    public ManifestRecord pushedBy(String subject) {
      return with(repositoryCreatedAt, Optional.of(subject), changedBy);
    }

    private ManifestRecord with(
        Optional<Instant> repositoryCreatedAt,
        Optional<String> pushedBy,
        Optional<String> changedBy) {
      return new ManifestRecord(
          generation,
          repository,
          name,
          digest,
          mediaType,
          content,
          pushedAt,
          state,
          subject,
          signatures,
          refusal,
          exemption,
          tags,
          repositoryCreatedAt,
          pushedBy,
          changedBy);
    }

    @Override
    public String packageName() {
      return name;
    }

    @Override
    public Instant acceptedAt() {
      return pushedAt;
    }

    /** Its blobs have records of their own. */
    @Override
    public Stream<Part> parts() {
      return Stream.empty();
    }

    /** By the newest key; what every key made counts. */
    @Override
    public Optional<InForce> inForce() {
      return signatures
          .filter(s -> !s.by().isEmpty())
          .map(
              s -> {
                SignedBy newest = s.by().get(s.by().size() - 1);
                List<String> made = new ArrayList<>();
                s.signatureManifest().ifPresent(made::add);
                made.addAll(s.bundleManifests());
                return new InForce(
                    newest.keyVersion(), newest.fingerprint(), newest.signedAt(), made);
              });
    }

    /** An exempt record of a former release is perhaps no signature: whoever signs decides anew. */
    @Override
    public boolean neverSigned() {
      return state == State.EXEMPT && exemption.isPresent();
    }

    public ManifestRecord signed(Signatures signatures) {
      return next(State.AVAILABLE, Optional.of(signatures), Optional.empty(), Optional.empty());
    }

    /** It turned out to be a signature or attestation itself. */
    public ManifestRecord exempt(SignatureLayout layout) {
      return next(State.EXEMPT, signatures, Optional.empty(), Optional.of(layout.label()));
    }

    @Override
    public ManifestRecord refused(RefusalNote note) {
      return next(State.REFUSED, signatures, Optional.of(note), Optional.empty());
    }

    /**
     * It is being deleted: nobody finds it any more.
     *
     * @param by who deletes it
     */
    public ManifestRecord deleted(String by) {
      return next(State.DELETED, signatures, refusal, exemption)
          .with(repositoryCreatedAt, pushedBy, Optional.of(by));
    }

    private ManifestRecord next(
        State next,
        Optional<Signatures> made,
        Optional<RefusalNote> note,
        Optional<String> recognised) {
      return new ManifestRecord(
          generation + 1,
          repository,
          name,
          digest,
          mediaType,
          content,
          pushedAt,
          next,
          subject,
          made,
          note,
          recognised,
          tags,
          repositoryCreatedAt,
          pushedBy,
          changedBy);
    }
  }

  /**
   * Everything the platform made for one manifest, in every form and for every key version: all
   * bytes, so that a later release serves the same digests.
   *
   * @param by one entry per key version, oldest first
   * @param signatureManifest digest of the {@code .sig} manifest among the pieces, if that form is
   *     on
   * @param bundleManifests digests of the bundle referrer manifests among the pieces
   * @param pieces every manifest and blob of all forms
   */
  public record Signatures(
      List<SignedBy> by,
      Optional<String> signatureManifest,
      List<String> bundleManifests,
      List<SignaturePiece> pieces) {
    public Signatures {
      by = List.copyOf(by);
      signatureManifest = signatureManifest == null ? Optional.empty() : signatureManifest;
      bundleManifests = bundleManifests == null ? List.of() : List.copyOf(bundleManifests);
      pieces = List.copyOf(pieces);
    }

    public Optional<SignaturePiece> piece(String digest) {
      return pieces.stream().filter(p -> p.digest().equals(digest)).findFirst();
    }
  }

  /**
   * @param keyVersion version of the repository's key
   * @param fingerprint SHA-256 of the key's SPKI, lower-case hexadecimal
   * @param formats the forms made with it
   * @param references the {@code docker-reference} of each legacy payload, the bare one first
   * @param signedAt when the first of them was made
   */
  public record SignedBy(
      int keyVersion,
      String fingerprint,
      Set<SignatureFormat> formats,
      List<String> references,
      Instant signedAt) {
    public SignedBy {
      formats = inOrder(formats);
      references = List.copyOf(references);
    }
  }

  /**
   * @param digest {@code sha256:hex} of {@code content}
   * @param mediaType of the manifest, or of the blob's descriptor
   * @param manifest true for a manifest, false for a blob
   */
  public record SignaturePiece(String digest, String mediaType, boolean manifest, Bytes content) {}

  /**
   * @param digest what the tag points to
   * @param previous the last manifest that was available under this tag, while {@code digest} may
   *     not be yet (visibility {@code after-signing})
   * @param earlier those that were available before it, the latest first: it may be deleted
   */
  public record TagRecord(
      long generation,
      String name,
      String tag,
      String digest,
      Optional<String> previous,
      Instant updatedAt,
      List<String> earlier)
      implements Checksummed {
    /** Of one tag. */
    private static final int MOST_EARLIER = 4;

    public TagRecord {
      previous = previous == null ? Optional.empty() : previous;
      earlier = earlier == null ? List.of() : List.copyOf(earlier);
    }

    /** One that never pointed elsewhere. */
    public TagRecord(String name, String tag, String digest, Instant updatedAt) {
      this(1, name, tag, digest, Optional.empty(), updatedAt, List.of());
    }

    /** What was available under this tag before, the latest first. */
    public Stream<String> formerly() {
      return Stream.concat(previous.stream(), earlier.stream());
    }

    /**
     * The tag, pointing elsewhere.
     *
     * @param wasAvailable whether what it points to now is available
     */
    public TagRecord moved(String to, boolean wasAvailable, Instant at) {
      List<String> former =
          Stream.concat(wasAvailable ? Stream.of(digest) : Stream.empty(), formerly())
              .filter(other -> !other.equals(to))
              .distinct()
              .limit(1 + MOST_EARLIER)
              .toList();
      return new TagRecord(
          generation + 1,
          name,
          tag,
          to,
          former.stream().findFirst(),
          at,
          former.stream().skip(1).toList());
    }
  }

  /**
   * That a manifest is being deleted with what belongs to it: its own record says so, too, and goes
   * last.
   *
   * @param fallback whether its tags show again what they showed before: nobody saw this one
   */
  public record DeletionRecord(String name, String digest, boolean fallback) {}

  /**
   * That a name holds a blob, and where its bytes are: the concatenation of the parts, or inline.
   *
   * @param digest {@code algorithm:hex} of the whole blob
   * @param size bytes
   * @param parts immutable content objects, in order; empty when inline
   */
  public record BlobRecord(String digest, long size, List<Part> parts, Optional<Bytes> inline)
      implements Checksummed {
    public BlobRecord {
      parts = parts == null ? List.of() : List.copyOf(parts);
      inline = inline == null ? Optional.empty() : inline;
    }
  }

  /** All manifests in one name whose subject is {@code subject}, pushed by users. */
  public record ReferrersRecord(long generation, String subject, List<Referrer> manifests)
      implements Checksummed {
    public ReferrersRecord {
      manifests = List.copyOf(manifests);
    }
  }

  /** One descriptor of a referrers response. */
  public record Referrer(
      String mediaType,
      String digest,
      long size,
      Optional<String> artifactType,
      Map<String, String> annotations) {
    public Referrer {
      artifactType = artifactType == null ? Optional.empty() : artifactType;
      annotations =
          annotations == null
              ? Map.of()
              : Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }
  }
}
