package dev.countermark.gateway.oci;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Content;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.LegacySignatures;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.SignatureLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The platform's signatures as clients see them. They lie in the record of the manifest they sign;
 * before a client is told a digest from there, the manifest or blob behind it gets an ordinary
 * record, so that it can be fetched by digest from any replica.
 */
final class SignatureView {
  private final BlobStore store;
  private final Blobs blobs;
  private final Records records;

  /**
   * Which sets of pieces this replica has seen to; another one does it again, without effect. It
   * forgets, so that a piece some client deleted comes back.
   */
  private final Cache<String, Boolean> materialised =
      Caffeine.newBuilder().maximumSize(20_000).expireAfterWrite(Duration.ofMinutes(5)).build();

  SignatureView(BlobStore store, Blobs blobs) {
    this.store = store;
    this.blobs = blobs;
    this.records = new Records(store);
  }

  /** What the {@code .sig} tag of {@code subject} shows when no user pushed one. */
  Optional<ManifestRecord> own(ManifestRecord subject) {
    return piece(subject)
        .map(
            piece -> {
              materialise(subject, subject.signatures().get());
              return manifest(subject, piece);
            });
  }

  /** The platform's {@code .sig} manifest, if that form is on. */
  Optional<SignaturePiece> piece(ManifestRecord subject) {
    return subject.signatures().flatMap(s -> s.signatureManifest().flatMap(s::piece));
  }

  /**
   * What the {@code .sig} tag shows when users pushed one: the platform's layers, then theirs. What
   * is no signature is not shown beside ours; neither is a signature whose payload is gone, because
   * podman and skopeo give up on it.
   */
  ManifestRecord merged(ManifestRecord users, ManifestRecord subject) {
    Optional<SignaturePiece> own = piece(subject);
    if (own.isEmpty()) {
      return users;
    }
    byte[] ours = own.get().content().toArray();
    byte[] theirs = users.content().toArray();
    List<Digest> layers = layers(users);
    if (layers.isEmpty()) {
      return own(subject).orElseThrow();
    }
    materialise(subject, subject.signatures().get());
    OciName name = OciName.parse(users.name()).orElseThrow();
    if (LegacySignatures.contains(theirs, ours)
        && layers.size() <= LegacySignatures.MOST_LAYERS
        && layers.stream().allMatch(digest -> blobs.holds(name, digest))) {
      return users;
    }
    LegacySignatures.Rendered rendered =
        LegacySignatures.before(ours, theirs, digest -> blobs.holds(name, digest));
    return LegacySignatures.contains(ours, rendered.manifest().bytes())
        ? own(subject).orElseThrow()
        : store(users, rendered);
  }

  /** Of what is laid out as signatures; else none. */
  private static List<Digest> layers(ManifestRecord users) {
    try {
      Manifest manifest = Manifest.parse(users.content().toArray(), users.mediaType());
      return SignatureLayout.claimed(manifest)
          .filter(SignatureLayout.COSIGN_SIGNATURES::equals)
          .map(layout -> manifest.layers().stream().map(Descriptor::digest).toList())
          .orElse(List.of());
    } catch (InvalidManifestException e) {
      return List.of(); // was checked before it was stored
    }
  }

  /** Stores a manifest that was put together from others, and its config. */
  ManifestRecord store(ManifestRecord like, LegacySignatures.Rendered rendered) {
    Content config = rendered.config();
    ManifestRecord manifest =
        new ManifestRecord(
            1,
            like.repository(),
            like.name(),
            rendered.manifest().digest().toString(),
            MediaTypes.OCI_MANIFEST,
            Bytes.of(rendered.manifest().bytes()),
            like.pushedAt(),
            State.EXEMPT,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(SignatureLayout.COSIGN_SIGNATURES.label()),
            Optional.of(List.of()),
            like.repositoryCreatedAt(),
            Optional.empty(),
            Optional.empty());
    if (seen(like.name() + " " + manifest.digest())) {
      return manifest;
    }
    createBlob(like.name(), config.digest().toString(), Bytes.of(config.bytes()));
    records.create(OciKeys.manifest(like.name(), manifest.digest()), manifest);
    remember(like.name() + " " + manifest.digest());
    return manifest;
  }

  /** The referrers that hold the platform's bundles. */
  List<ManifestRecord> bundles(ManifestRecord subject) {
    return subject
        .signatures()
        .map(
            s -> {
              if (!s.bundleManifests().isEmpty()) {
                materialise(subject, s);
              }
              return s.bundleManifests().stream()
                  .flatMap(digest -> s.piece(digest).stream())
                  .map(piece -> manifest(subject, piece))
                  .toList();
            })
        .orElse(List.of());
  }

  /** Makes every piece fetchable by its digest. */
  void materialise(ManifestRecord subject, Signatures signatures) {
    String set = setOf(subject);
    if (seen(set)) {
      return;
    }
    for (SignaturePiece piece : signatures.pieces()) {
      if (!piece.manifest()) {
        createBlob(subject.name(), piece.digest(), piece.content());
      }
    }
    for (SignaturePiece piece : signatures.pieces()) {
      if (piece.manifest()) {
        records.create(OciKeys.manifest(subject.name(), piece.digest()), manifest(subject, piece));
      }
    }
    remember(set);
  }

  private static String setOf(ManifestRecord subject) {
    return subject.name() + " " + subject.digest() + " " + subject.generation();
  }

  private boolean seen(String set) {
    return materialised.getIfPresent(set) != null;
  }

  private void remember(String set) {
    materialised.put(set, true);
  }

  private void createBlob(String name, String digest, Bytes content) {
    store.put(OciKeys.blobBytes(name, digest), content.toArray(), content.length());
  }

  private static ManifestRecord manifest(ManifestRecord subject, SignaturePiece piece) {
    boolean refers =
        subject.signatures().map(s -> s.bundleManifests().contains(piece.digest())).orElse(false);
    return new ManifestRecord(
        1,
        subject.repository(),
        subject.name(),
        piece.digest(),
        piece.mediaType(),
        piece.content(),
        subject.pushedAt(),
        State.EXEMPT,
        refers ? Optional.of(subject.digest()) : Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of((refers ? SignatureLayout.BUNDLE : SignatureLayout.COSIGN_SIGNATURES).label()),
        Optional.of(List.of()),
        subject.repositoryCreatedAt(),
        Optional.empty(),
        Optional.empty());
  }

  /** What was seen to of a repository may have gone with it. */
  void forget(RepositoryName repository) {
    materialised.asMap().keySet().removeIf(set -> isOf(repository, set));
  }

  /** Sets begin with the name of an image, which is the repository's or below it. */
  private static boolean isOf(RepositoryName repository, String set) {
    return set.startsWith(repository + "/") || set.startsWith(repository + " ");
  }

  /** What was made may be there no more, or be damaged: it is made again. */
  void forgetPieces() {
    materialised.invalidateAll();
  }

  /** Deletes what {@link #materialise} made for a manifest that goes. */
  void forget(ManifestRecord subject) {
    materialised.invalidateAll();
    subject
        .signatures()
        .ifPresent(
            signatures -> {
              for (SignaturePiece piece : signatures.pieces()) {
                // The empty JSON object is everybody's.
                if (!piece.mediaType().equals(MediaTypes.EMPTY)) {
                  forget(subject.name(), piece);
                }
              }
            });
  }

  private void forget(String name, SignaturePiece piece) {
    if (piece.manifest()) {
      store.delete(OciKeys.manifest(name, piece.digest()));
    } else {
      store.delete(OciKeys.blobBytes(name, piece.digest()));
      store.delete(OciKeys.blob(name, piece.digest())); // as earlier releases made it
    }
  }
}
