package dev.countermark.signer.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.ReplacedSignature;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedFile;
import dev.countermark.format.nuget.archive.Layout;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.archive.Preflight;
import dev.countermark.format.nuget.signature.HashAlgorithm;
import dev.countermark.format.nuget.signature.MalformedSignatureException;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import dev.countermark.format.nuget.signature.SignatureContent;
import dev.countermark.format.nuget.signature.SignaturePreparation;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.format.nuget.signature.SignerView;
import dev.countermark.format.nuget.verify.ClientObjections;
import dev.countermark.format.nuget.verify.Fingerprint;
import dev.countermark.format.nuget.verify.TrustedSigner;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.format.zip.Range;
import dev.countermark.format.zip.ZipArchive;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.SignerIdentity;
import dev.countermark.signer.service.UploadSource;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Makes the signed form of one upload: reads what it must of the upload, has the signature made by
 * the key service, verifies the result like a consumer would, and describes the signed package as
 * runs of the upload and a new end. No package is ever copied.
 */
final class PackageSigning {
  static final Purpose PURPOSE = new Purpose("nuget");

  /** Larger ends do not ride in the record, bytes. */
  private static final int MAX_INLINE = 256 << 10;

  private final BlobStore store;
  private final KeyClient keys;
  private final LastSigners signers;
  private final Timestamps timestamps;
  private final URI feeds;
  private final long rehashLimit;
  private final MemoryBudget memory;
  private final ClientObjections clients;
  private final Clock clock;

  /**
   * How much of uploads is read, and held meanwhile.
   *
   * @param rehashLimit uploads up to this many bytes are read whole and their hash is checked again
   * @param memory drawn from for each upload that is read
   */
  record Reading(long rehashLimit, MemoryBudget memory) {}

  /** An upload that was read and is to be signed. */
  private record Opened(
      VersionRecord record, ByteSource upload, PackageArchive archive, Bytes packageHash) {}

  /**
   * What is to be made of it.
   *
   * @param settings of its repository
   * @param signingTime what the signature says
   */
  private record Wanted(Decision decision, SigningSettings settings, Instant signingTime) {}

  /**
   * @param feeds https address that feeds' addresses begin with, no slash at the end
   */
  PackageSigning(
      BlobStore store,
      KeyClient keys,
      Timestamps timestamps,
      URI feeds,
      Reading reading,
      Clock clock) {
    this(
        store, keys, timestamps, feeds, reading, new ClientObjections(List.of(), List.of()), clock);
  }

  /**
   * @param feeds https address that feeds' addresses begin with, no slash at the end
   * @param clients who will verify what is signed
   */
  PackageSigning(
      BlobStore store,
      KeyClient keys,
      Timestamps timestamps,
      URI feeds,
      Reading reading,
      ClientObjections clients,
      Clock clock) {
    this.store = store;
    this.keys = keys;
    this.signers = new LastSigners(keys);
    this.timestamps = timestamps;
    this.feeds = feeds;
    this.rehashLimit = reading.rehashLimit();
    this.memory = reading.memory();
    this.clients = clients;
    this.clock = clock;
  }

  /** By the clock of this service. */
  Instant now() {
    return clock.instant();
  }

  /** What signatures of a repository say besides the hash. */
  RepositoryClaim claim(VersionRecord record) {
    return RepositoryClaim.of(feeds, record.repository());
  }

  /**
   * Signs an upload.
   *
   * @param settings of its repository
   * @param signingTime what the signature says
   * @throws Failure.Permanent when the upload can never be signed
   */
  SignedPackage sign(VersionRecord record, SigningSettings settings, Instant signingTime) {
    // What waits for an authority is not read again and again; but a foreign signature needs none.
    if (settings.policy() != SignaturePolicy.KEEP_VALID_FOREIGN) {
      requireTimestamps(settings);
    }
    return memory.within(
        memory(record.upload().size()), () -> readAndSign(record, settings, signingTime));
  }

  /** A signature that cannot be completed is not made: each is in the audit log for ever. */
  private void requireTimestamps(SigningSettings settings) {
    if (settings.timestamps() == TimestampPolicy.REQUIRED) {
      timestamps.requireAnswer();
    }
  }

  /** What an upload of this size takes while it is signed, bytes. */
  private long memory(long size) {
    long kept = size <= rehashLimit ? size : UploadSource.REMEMBERED;
    return kept + ZipArchive.memory(size);
  }

  private SignedPackage readAndSign(
      VersionRecord record, SigningSettings settings, Instant signingTime) {
    try {
      UploadSource upload = new UploadSource(store, record.upload());
      if (record.upload().size() <= rehashLimit) {
        upload.requirePushed(rehashLimit);
      }
      PackageArchive archive = PackageArchive.read(upload);
      Preflight.check(archive);
      Optional<PackageSignature> uploaded = signature(archive);
      boolean intact = uploaded.isEmpty() || isIntact(archive, uploaded.get(), record);
      Decision decision =
          Decision.of(
              uploaded,
              intact,
              settings.policy(),
              claim(record).serviceIndex(),
              signer -> currentKey(signer, record, settings));
      if (decision instanceof Decision.Reject reject) {
        throw new Failure.Permanent(
            reject.broken() ? Refusal.INVALID_SIGNATURE : Refusal.SIGNATURE_POLICY, reject.why());
      }
      if (decision instanceof Decision.Keep keep) {
        return kept(record, keep);
      }
      Bytes packageHash = Bytes.of(packageHash(record, archive, uploaded));
      return signed(
          new Opened(record, upload, archive, packageHash),
          new Wanted(decision, settings, signingTime));
    } catch (MalformedArchiveException e) {
      throw new Failure.Permanent(Refusal.MALFORMED_PACKAGE, e.getMessage(), e);
    } catch (MalformedSignatureException e) {
      throw new Failure.Permanent(Refusal.INVALID_SIGNATURE, e.getMessage(), e);
    } catch (IOException e) {
      throw new Failure.Transient("cannot read the upload of " + record.identity(), e);
    }
  }

  private static Optional<PackageSignature> signature(PackageArchive archive)
      throws IOException, MalformedArchiveException, MalformedSignatureException {
    Optional<ArchiveEntry> entry = archive.signature();
    return entry.isEmpty()
        ? Optional.empty()
        : Optional.of(PackageSignature.parse(archive.signatureBytes(entry.get())));
  }

  /** Large packages were hashed by the gateway, which takes none that is not what was signed. */
  private boolean isIntact(PackageArchive archive, PackageSignature signature, VersionRecord record)
      throws IOException, MalformedArchiveException {
    if (record.upload().size() > rehashLimit) {
      return true;
    }
    byte[] hash = archive.hash(signature.content().algorithm().digest());
    return MessageDigest.isEqual(hash, signature.content().hash());
  }

  private SignedPackage signed(Opened opened, Wanted wanted)
      throws IOException, MalformedArchiveException, MalformedSignatureException {
    VersionRecord record = opened.record();
    requireTimestamps(wanted.settings());
    SignerIdentity signer = signers.guess(record.repository());
    for (int attempt = 0; ; attempt++) {
      SignaturePreparation preparation =
          wanted.decision() instanceof Decision.Countersign countersign
              ? SignaturePreparation.repositoryCountersignature(
                  countersign.author(), signer.chain(), wanted.signingTime(), claim(record))
              : SignaturePreparation.repositoryPrimary(
                  opened.packageHash().toArray(),
                  signer.chain(),
                  wanted.signingTime(),
                  claim(record));
      SignedBatch batch =
          keys.sign(
              record.repository(),
              PURPOSE,
              List.of(
                  new Item(
                      NugetFormat.purl(record.repository(), record.identity().toString()),
                      "sha256:" + HexFormat.of().formatHex(opened.packageHash().toArray()),
                      Bytes.of(preparation.digestToSign()))));
      SignerIdentity by = signers.of(record.repository(), batch.key());
      if (by.fingerprint().equals(signer.fingerprint())) {
        return finished(opened, wanted, signer, preparation, batch.signatures().get(0).toArray());
      }
      // The key was rotated since: the certificate is part of what is signed.
      if (attempt > 0) {
        throw new Failure.Transient(
            Obstacle.KEY_CHANGING, "the key of " + record.repository() + " keeps changing", null);
      }
      signer = by;
    }
  }

  /** Of a package that is what was signed, the signature says it. */
  private static byte[] packageHash(
      VersionRecord record, PackageArchive archive, Optional<PackageSignature> uploaded)
      throws IOException, MalformedArchiveException {
    if (uploaded.isEmpty()) {
      return HexFormat.of().parseHex(record.upload().sha256());
    }
    SignatureContent content = uploaded.get().content();
    return content.algorithm() == HashAlgorithm.SHA256 ? content.hash() : archive.hash(sha256());
  }

  /** The key that made a signature in this repository's name, if it is what would be made now. */
  private OptionalInt currentKey(
      SignerView signer, VersionRecord record, SigningSettings settings) {
    SignerIdentity current = SignerIdentity.of(keys.current(record.repository(), PURPOSE));
    boolean same =
        signer.certificate().equals(current.certificate())
            && signer.certificateReferenceObjection().isEmpty()
            && signer.repositoryClaim().filter(claim(record)::equals).isPresent()
            && (settings.timestamps() != TimestampPolicy.REQUIRED
                || !signer.timestamps().isEmpty());
    return same ? OptionalInt.of(current.keyVersion()) : OptionalInt.empty();
  }

  private SignedPackage finished(
      Opened opened,
      Wanted wanted,
      SignerIdentity signer,
      SignaturePreparation preparation,
      byte[] signatureValue)
      throws IOException, MalformedArchiveException, MalformedSignatureException {
    VersionRecord record = opened.record();
    TimestampPolicy policy = wanted.settings().timestamps();
    Optional<byte[]> token =
        policy == TimestampPolicy.NONE
            ? Optional.empty()
            : timestamps.of(signatureValue, policy == TimestampPolicy.REQUIRED);
    byte[] p7s =
        token.isPresent()
            ? preparation.finish(signatureValue, token.get())
            : preparation.finish(signatureValue);
    Layout layout = opened.archive().withSignature(p7s, dosDateTime(wanted.signingTime()));
    verify(
        layout.over(opened.upload()),
        record,
        p7s,
        opened.packageHash().toArray(),
        wanted.decision());
    boolean countersigned = wanted.decision() instanceof Decision.Countersign;
    RepositoryClaim claim = claim(record);
    return new SignedPackage(
        file(record, layout),
        new RepositorySignature(
            countersigned ? SignatureKind.COUNTERSIGNATURE : SignatureKind.PRIMARY,
            signer.keyVersion(),
            Fingerprint.of(signer.certificate()),
            claim.serviceIndex().toString(),
            claim.owners(),
            signer.notAfter(),
            token.isPresent(),
            wanted.signingTime().truncatedTo(ChronoUnit.SECONDS),
            clock.instant().truncatedTo(ChronoUnit.MILLIS)),
        replaced(wanted.decision()),
        warnings(PackageSignature.parse(p7s), record, Optional.of(signer.certificate())));
  }

  /**
   * What the pusher should know of the signatures that nobody here can mend.
   *
   * @param own the repository's certificate, if it is one of the signers'
   */
  private List<String> warnings(
      PackageSignature signature, VersionRecord record, Optional<X509Certificate> own) {
    Optional<TrustedSigner> listed =
        own.map(
            certificate ->
                TrustedSigner.repository(
                    Fingerprint.of(certificate), true, List.of(record.repository().owner())));
    return clients.of(signature, listed, clock.instant());
  }

  private static Optional<ReplacedSignature> replaced(Decision decision) {
    if (decision instanceof Decision.Countersign countersign) {
      return countersign.replaced();
    }
    return decision instanceof Decision.Primary primary ? primary.replaced() : Optional.empty();
  }

  /** Nothing is published that a consumer would refuse; failing here is a bug of ours. */
  private void verify(
      ByteSource signed, VersionRecord record, byte[] p7s, byte[] packageHash, Decision decision)
      throws IOException, MalformedArchiveException, MalformedSignatureException {
    PackageArchive archive = PackageArchive.read(signed);
    Preflight.check(archive);
    byte[] read = archive.signatureBytes(archive.signature().orElseThrow());
    PackageSignature signature = PackageSignature.parse(read);
    SignerView ours = signature.repositorySigner().orElseThrow();
    boolean authorKept =
        !(decision instanceof Decision.Countersign countersign)
            || signature.primary().type() == SignatureType.AUTHOR
                && MessageDigest.isEqual(
                    signature.primary().signatureValue(),
                    countersign.author().primary().signatureValue());
    boolean sound =
        MessageDigest.isEqual(read, p7s)
            && signature.isPrimaryGenuine()
            && signature.isGenuine(ours)
            && ours.certificateReferenceObjection().isEmpty()
            && ours.repositoryClaim().filter(claim(record)::equals).isPresent()
            && authorKept
            && (decision instanceof Decision.Countersign
                || MessageDigest.isEqual(signature.content().hash(), packageHash));
    // What the hash covers is read again where that is cheap.
    if (sound && record.upload().size() <= rehashLimit) {
      sound =
          MessageDigest.isEqual(
              archive.hash(signature.content().algorithm().digest()), signature.content().hash());
    }
    if (!sound) {
      throw new IllegalStateException(
          "the signature made for " + record.identity() + " does not verify");
    }
  }

  private SignedPackage kept(VersionRecord record, Decision.Keep keep) {
    SignerView signer = keep.repository();
    RepositoryClaim claim = signer.repositoryClaim().orElseThrow();
    Layout layout = new Layout(List.of(new Range(0, record.upload().size())), new byte[0]);
    return new SignedPackage(
        file(record, layout),
        new RepositorySignature(
            kind(keep),
            keep.keyVersion().orElse(0),
            Fingerprint.of(signer.certificate()),
            claim.serviceIndex().toString(),
            claim.owners(),
            signer.certificate().getNotAfter().toInstant(),
            !signer.timestamps().isEmpty(),
            signer.signingTime(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS)),
        Optional.empty(),
        warnings(
            keep.signature(),
            record,
            keep.keyVersion().isPresent() ? Optional.of(signer.certificate()) : Optional.empty()));
  }

  private static SignatureKind kind(Decision.Keep keep) {
    if (keep.keyVersion().isEmpty()) {
      return SignatureKind.FOREIGN;
    }
    return keep.signature().primary().type() == SignatureType.AUTHOR
        ? SignatureKind.COUNTERSIGNATURE
        : SignatureKind.PRIMARY;
  }

  private SignedFile file(VersionRecord record, Layout layout) {
    List<ByteRun> runs = new ArrayList<>();
    layout.ranges().forEach(r -> runs.add(new ByteRun(r.from(), r.to())));
    boolean inline = layout.tail().length <= MAX_INLINE;
    return new SignedFile(
        runs,
        inline ? Optional.of(Bytes.of(layout.tail())) : Optional.empty(),
        inline ? Optional.empty() : Optional.of(stored(layout.tail())),
        layout.size(),
        etag(record, runs, layout.tail()));
  }

  /** Never an old object again: the sweeper may be about to delete what nobody named so far. */
  private Part stored(byte[] tail) {
    Part part =
        new Part(
            HexFormat.of().formatHex(sha256().digest(tail)),
            tail.length,
            UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), tail, tail.length, part.sha256());
    return part;
  }

  /** Two packages are the same when they are made of the same runs of the same upload. */
  private static String etag(VersionRecord record, List<ByteRun> runs, byte[] tail) {
    MessageDigest sha256 = sha256();
    sha256.update(record.upload().sha256().getBytes(StandardCharsets.US_ASCII));
    sha256.update(runs.toString().getBytes(StandardCharsets.US_ASCII));
    sha256.update(tail);
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** MS-DOS date and time, in steps of two seconds, from 1980 on. */
  static int dosDateTime(Instant time) {
    LocalDateTime at = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    int date = (at.getYear() - 1980) << 9 | at.getMonthValue() << 5 | at.getDayOfMonth();
    int clock = at.getHour() << 11 | at.getMinute() << 5 | at.getSecond() / 2;
    return date << 16 | clock;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
