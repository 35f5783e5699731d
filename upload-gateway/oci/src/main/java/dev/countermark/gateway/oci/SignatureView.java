package dev.countermark.gateway.oci;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Content;
import dev.countermark.format.oci.LegacySignatures;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciKeys;
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
  private final Records records;

  /**
   * Which sets of pieces this replica has seen to; another one does it again, without effect. It
   * forgets, so that a piece some client deleted comes back.
   */
  private final Cache<String, Boolean> materialised =
      Caffeine.newBuilder().maximumSize(20_000).expireAfterWrite(Duration.ofMinutes(5)).build();

  SignatureView(BlobStore store) {
    this.store = store;
    this.records = new Records(store);
  }

  /** What the {@code .sig} tag of {@code subject} shows when no user pushed one. */
  Optional<ManifestRecord> own(ManifestRecord subject) {
    return subject
        .signatures()
        .flatMap(
            s ->
                s.signatureManifest()
                    .flatMap(s::piece)
                    .map(
                        piece -> {
                          materialise(subject, s);
                          return manifest(subject, piece);
                        }));
  }

  /** What the {@code .sig} tag shows when users pushed one: theirs, and the platform's layers. */
  ManifestRecord merged(ManifestRecord users, ManifestRecord subject) {
    Optional<SignaturePiece> own =
        subject.signatures().flatMap(s -> s.signatureManifest().flatMap(s::piece));
    if (own.isEmpty() || users.state() != State.EXEMPT) {
      return users;
    }
    materialise(subject, subject.signatures().get());
    return LegacySignatures.union(users.content().toArray(), own.get().content().toArray())
        .map(union -> store(users, union))
        .orElse(users);
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
            Optional.of(SignatureLayout.COSIGN_SIGNATURES.label()));
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
        Optional.of((refers ? SignatureLayout.BUNDLE : SignatureLayout.COSIGN_SIGNATURES).label()));
  }

  /** What was seen to of a repository may have gone with it. */
  void forget(RepositoryName repository) {
    materialised.asMap().keySet().removeIf(set -> isOf(repository, set));
  }

  /** Sets begin with the name of an image, which is the repository's or below it. */
  private static boolean isOf(RepositoryName repository, String set) {
    return set.startsWith(repository + "/") || set.startsWith(repository + " ");
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
