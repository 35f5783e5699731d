package dev.countermark.signer.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.Refusal;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.Signer;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.format.swift.archive.ArchiveLimits;
import dev.countermark.format.swift.archive.InvalidArchiveException;
import dev.countermark.format.swift.archive.SourceArchive;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.signature.SignaturePreparation;
import dev.countermark.format.zip.Splice;
import dev.countermark.format.zip.ZipArchive;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.SignerIdentity;
import dev.countermark.signer.service.UploadSource;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes the signed form of one upload: manifests first, the archive after. Verifies the result like
 * a consumer would, and describes the archive as pieces of the upload. No archive is ever copied,
 * and no large one held in memory.
 */
final class ReleaseSigning {
  static final Purpose PURPOSE = new Purpose("swift");

  /** Uploads up to this many bytes are read once and kept while they are signed. */
  private static final long MAX_IN_MEMORY = 4 << 20;

  /** All manifests ride in the record, which must stay readable at once; bytes. */
  private static final long MAX_MANIFESTS = 4 << 20;

  /** How often a release is signed anew because the key was rotated meanwhile. */
  private static final int ATTEMPTS = 2;

  /** The key service signs so many at once, one of which may be the archive. */
  private static final int MAX_MANIFEST_COUNT = 255;

  private final BlobStore store;
  private final ArchivePieces pieces;
  private final KeyClient keys;
  private final MemoryBudget memory;
  private final Clock clock;

  ReleaseSigning(BlobStore store, KeyClient keys, MemoryBudget memory, Clock clock) {
    this.store = store;
    this.pieces = new ArchivePieces(store);
    this.keys = keys;
    this.memory = memory;
    this.clock = clock;
  }

  /**
   * Signs an upload as its repository, or keeps what its author signed.
   *
   * @param settings of its repository
   * @param mode for an upload without an author's signature
   * @throws Failure.Permanent when the upload can never be signed
   */
  SignedRelease sign(ReleaseRecord record, SwiftSettings settings, ArchiveMode mode) {
    return memory.within(
        ZipArchive.memory(record.upload().size()), () -> readAndSign(record, settings, mode));
  }

  private SignedRelease readAndSign(
      ReleaseRecord record, SwiftSettings settings, ArchiveMode mode) {
    try {
      UploadSource upload = upload(record);
      SourceArchive archive = archive(upload);
      requireFewManifests(archive);
      if (record.author().isEmpty()) {
        if (settings.authors() == AuthorPolicy.REQUIRE) {
          throw new Failure.Permanent(
              Refusal.SIGNATURE_POLICY,
              "the repository takes only releases that their author signed");
        }
        return signed(record, upload, archive, mode).warned(archive.warnings());
      }
      AuthorCheck author =
          AuthorCheck.of(record, pushed(record, upload), archive.manifests(), settings);
      return settings.authors() == AuthorPolicy.REPLACE
          ? signed(record, upload, archive, ArchiveMode.OVERLAY).warned(archive.warnings())
          : kept(record, archive, author)
              .warned(
                  Stream.concat(archive.warnings().stream(), author.warnings().stream()).toList());
    } catch (InvalidArchiveException e) {
      boolean large = e.rule() == InvalidArchiveException.Rule.TOO_LARGE;
      throw new Failure.Permanent(
          large ? Refusal.TOO_LARGE : Refusal.MALFORMED_PACKAGE, e.getMessage(), e);
    } catch (IOException e) {
      throw new Failure.Transient("cannot read the upload of " + record.identity(), e);
    }
  }

  /** By the clock of this service. */
  Instant now() {
    return clock.instant();
  }

  /** The same release with a new signature of its archive, by the current key. */
  SignedRelease signArchiveAnew(ReleaseRecord record, SignedRelease release) {
    try {
      if (!pieces.sha256(release.archive(), record.upload()).equals(release.sha256())) {
        throw new Failure.Permanent(
            Refusal.DIGEST_MISMATCH, "the stored archive is not what was signed");
      }
    } catch (IOException e) {
      throw new Failure.Transient("cannot read the archive of " + record.identity(), e);
    }
    byte[] hash = HexFormat.of().parseHex(release.sha256());
    SignedBatch batch = sign(record, List.of(hash));
    SignerIdentity signer = SignerIdentity.of(batch.key());
    SignedRelease anew =
        new SignedRelease(
            release.mode(),
            release.archive(),
            release.size(),
            release.sha256(),
            release.manifests(),
            Bytes.of(cms(signer, hash, batch.signatures().get(0))),
            made(signer),
            release.warnings());
    selfCheck(signer).requireSound(record, anew, List.of());
    return anew;
  }

  /** The upload, which is what was pushed. */
  private UploadSource upload(ReleaseRecord record) throws IOException {
    UploadSource upload = new UploadSource(store, record.upload());
    upload.requirePushed(MAX_IN_MEMORY);
    return upload;
  }

  /** What is far away was inflated by the gateway, and is what it was then. */
  private static SourceArchive archive(UploadSource upload)
      throws IOException, InvalidArchiveException {
    return upload.size() <= MAX_IN_MEMORY
        ? SourceArchive.read(upload, ArchiveLimits.defaults())
        : SourceArchive.readAccepted(upload, ArchiveLimits.defaults());
  }

  /** The upload was hashed already, but not by what an author may have chosen. */
  private static ContentHash pushed(ReleaseRecord record, UploadSource upload) {
    return ContentHash.of(HexFormat.of().parseHex(record.upload().sha256()), upload);
  }

  private static void requireFewManifests(SourceArchive archive) {
    long bytes = archive.manifests().stream().mapToLong(m -> m.bytes().length).sum();
    if (archive.manifests().size() > MAX_MANIFEST_COUNT || bytes > MAX_MANIFESTS) {
      throw new Failure.Permanent(
          Refusal.TOO_LARGE,
          "the package has more than %d manifests or %d bytes of them"
              .formatted(MAX_MANIFEST_COUNT, MAX_MANIFESTS));
    }
  }

  private SignedRelease signed(
      ReleaseRecord record, UploadSource upload, SourceArchive archive, ArchiveMode mode)
      throws IOException {
    // Manifests and archive are never signed by two keys, even if one is rotated meanwhile.
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<SignedRelease> signed =
          mode == ArchiveMode.EMBED
              ? embedded(record, upload, archive)
              : Optional.of(overlaid(record, archive));
      if (signed.isPresent()) {
        return signed.get();
      }
    }
    throw new Failure.Transient(
        Obstacle.KEY_CHANGING, "the key of " + record.repository() + " keeps changing", null);
  }

  /**
   * Manifests first, then the archive that they are in.
   *
   * @return empty when the key changed in between
   */
  private Optional<SignedRelease> embedded(
      ReleaseRecord record, UploadSource upload, SourceArchive archive) throws IOException {
    SignedBatch lines = sign(record, manifestHashes(archive));
    SignerIdentity signer = SignerIdentity.of(lines.key());
    List<SignedManifest> manifests = signedManifests(archive, signer, lines.signatures());
    Map<String, byte[]> replacements = new LinkedHashMap<>();
    manifests.forEach(m -> replacements.put(m.file(), m.content().toArray()));
    Splice spliced = archive.withManifests(replacements);
    byte[] hash = ArchivePieces.sha256(spliced, upload);
    SignedBatch last = sign(record, List.of(hash));
    if (!SignerIdentity.of(last.key()).fingerprint().equals(signer.fingerprint())) {
      return Optional.empty();
    }
    requireHolds(record, spliced, upload, manifests);
    SignedRelease release =
        release(ArchiveMode.EMBED, spliced, hash, manifests, signer, last.signatures().get(0));
    selfCheck(signer).requireSound(record, release, archive.manifests());
    return Optional.of(release);
  }

  /** The archive is not touched, so that all is signed at once. */
  private SignedRelease overlaid(ReleaseRecord record, SourceArchive archive) {
    byte[] hash = HexFormat.of().parseHex(record.upload().sha256());
    List<byte[]> hashes = new ArrayList<>(manifestHashes(archive));
    hashes.add(hash);
    SignedBatch batch = sign(record, hashes);
    SignerIdentity signer = SignerIdentity.of(batch.key());
    SignedRelease release =
        release(
            ArchiveMode.OVERLAY,
            archive.untouched(),
            hash,
            signedManifests(archive, signer, batch.signatures()),
            signer,
            batch.signatures().get(hashes.size() - 1));
    selfCheck(signer).requireSound(record, release, archive.manifests());
    return release;
  }

  private static List<byte[]> manifestHashes(SourceArchive archive) {
    return archive.manifests().stream().map(m -> Sha256.of(m.bytes())).toList();
  }

  /**
   * @param signatures of the manifests, in order, and perhaps more
   */
  private List<SignedManifest> signedManifests(
      SourceArchive archive, SignerIdentity signer, List<Bytes> signatures) {
    List<SignedManifest> signed = new ArrayList<>();
    for (int i = 0; i < archive.manifests().size(); i++) {
      Manifest manifest = archive.manifests().get(i);
      byte[] cms = cms(signer, Sha256.of(manifest.bytes()), signatures.get(i));
      signed.add(
          new SignedManifest(
              manifest.file(),
              manifest.toolsVersion().toString(),
              Bytes.of(ManifestSignature.append(manifest.bytes(), cms)),
              made(signer)));
    }
    return signed;
  }

  private SignedRelease release(
      ArchiveMode mode,
      Splice archive,
      byte[] hash,
      List<SignedManifest> manifests,
      SignerIdentity signer,
      Bytes signature) {
    return new SignedRelease(
        mode,
        pieces.of(archive),
        archive.size(),
        HexFormat.of().formatHex(hash),
        manifests,
        Bytes.of(cms(signer, hash, signature)),
        made(signer));
  }

  private SelfCheck selfCheck(SignerIdentity signer) {
    return new SelfCheck(signer, clock.instant());
  }

  /** What clients will unpack holds what they were served one by one. */
  private static void requireHolds(
      ReleaseRecord record, Splice spliced, UploadSource upload, List<SignedManifest> manifests)
      throws IOException {
    try {
      SourceArchive read =
          SourceArchive.readAccepted(spliced.over(upload), ArchiveLimits.defaults());
      List<Bytes> found = read.manifests().stream().map(m -> Bytes.of(m.bytes())).toList();
      if (!found.equals(manifests.stream().map(SignedManifest::content).toList())) {
        throw new IllegalStateException(
            "the archive made for " + record.identity() + " has other manifests");
      }
    } catch (InvalidArchiveException e) {
      throw new IllegalStateException(
          "the archive made for " + record.identity() + " cannot be read", e);
    }
  }

  /** Nothing of ours: what the author pushed is what clients get. */
  private SignedRelease kept(ReleaseRecord record, SourceArchive archive, AuthorCheck author) {
    return new SignedRelease(
        ArchiveMode.OVERLAY,
        pieces.of(archive.untouched()),
        archive.size(),
        record.upload().sha256(),
        author.manifests(),
        record.author().orElseThrow().archive(),
        author.signer());
  }

  private static byte[] cms(SignerIdentity signer, byte[] hash, Bytes signature) {
    try {
      return SignaturePreparation.of(hash, signer.chain()).finish(signature.toArray());
    } catch (IllegalArgumentException e) {
      throw new Failure.Transient("the key service sent what is no signature", e);
    }
  }

  private SignedBatch sign(ReleaseRecord record, List<byte[]> hashes) {
    String purl = SwiftFormat.purl(record.repository(), record.identity().toString());
    String digest = record.digest();
    SignedBatch batch =
        keys.sign(
            record.repository(),
            PURPOSE,
            hashes.stream().map(hash -> new Item(purl, digest, Bytes.of(hash))).toList());
    if (batch.signatures().size() != hashes.size()) {
      throw new Failure.Transient("the key service sent another number of signatures", null);
    }
    return batch;
  }

  private Signer made(SignerIdentity signer) {
    return new Signer(
        SignedBy.REPOSITORY,
        signer.keyVersion(),
        signer.fingerprint(),
        signer.notAfter(),
        clock.instant().truncatedTo(ChronoUnit.MILLIS));
  }
}
