package dev.countermark.gateway.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Piece;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.Signer;
import dev.countermark.format.swift.archive.ArchiveLimits;
import dev.countermark.format.swift.archive.InvalidArchiveException;
import dev.countermark.format.swift.archive.SourceArchive;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.SignaturePreparation;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.Purpose;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Leaves in a release's record what the signer leaves there: genuine signatures. */
final class TestSigner {
  private final BlobStore store;
  private final KeyClient keys;

  TestSigner(BlobStore store, KeyClient keys) {
    this.store = store;
    this.keys = keys;
  }

  /**
   * Signs what was published; the archive stays as it is.
   *
   * @return the archive that must be downloaded from now on
   */
  byte[] sign(RepositoryName repository, Identity identity) {
    String key = SwiftKeys.release(repository, identity);
    Records records = new Records(store);
    ReleaseRecord record = records.read(key, ReleaseRecord.class).orElseThrow();
    try (PartsInputStream parts =
        new PartsInputStream(store, record.upload().parts(), 0, record.upload().size())) {
      byte[] archive = parts.readAllBytes();
      SignedRelease signed = signed(record, archive);
      records.update(key, ReleaseRecord.class, old -> old.map(r -> r.signed(signed)));
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InvalidArchiveException e) {
      throw new IllegalStateException(e);
    }
  }

  private SignedRelease signed(ReleaseRecord record, byte[] archive)
      throws IOException, InvalidArchiveException {
    Signer signer =
        new Signer(SignedBy.REPOSITORY, 1, "c".repeat(64), Instant.EPOCH, record.acceptedAt());
    List<SignedManifest> manifests = new ArrayList<>();
    SourceArchive read = SourceArchive.read(ByteSource.of(archive), ArchiveLimits.defaults());
    for (Manifest manifest : read.manifests()) {
      byte[] content =
          ManifestSignature.append(manifest.bytes(), signature(record, manifest.bytes()));
      manifests.add(
          new SignedManifest(
              manifest.file(), manifest.toolsVersion().toString(), Bytes.of(content), signer));
    }
    return new SignedRelease(
        ArchiveMode.OVERLAY,
        pieces(archive),
        archive.length,
        PartReceiver.hex(PartReceiver.digest("SHA-256").digest(archive)),
        manifests,
        Bytes.of(signature(record, archive)),
        signer);
  }

  private byte[] signature(ReleaseRecord record, byte[] content) {
    byte[] hash = PartReceiver.digest("SHA-256").digest(content);
    SignaturePreparation preparation =
        SignaturePreparation.of(
            hash, chain(keys.current(record.repository(), new Purpose("swift")).certificates()));
    Item item =
        new Item(
            "pkg:swift/" + record.identity(),
            "sha256:" + PartReceiver.hex(hash),
            Bytes.of(preparation.digestToSign()));
    return preparation.finish(
        keys.sign(record.repository(), new Purpose("swift"), List.of(item))
            .signatures()
            .get(0)
            .toArray());
  }

  static List<X509Certificate> chain(List<Bytes> certificates) {
    try {
      CertificateFactory x509 = CertificateFactory.getInstance("X.509");
      List<X509Certificate> chain = new ArrayList<>();
      for (Bytes der : certificates) {
        chain.add(
            (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(der.toArray())));
      }
      return chain;
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of every kind: the beginning as it was pushed, bytes of the record, an object of its own. */
  private List<Piece> pieces(byte[] archive) {
    int a = archive.length / 3;
    int b = 2 * a;
    byte[] rest = Arrays.copyOfRange(archive, b, archive.length);
    Part apart =
        new Part(
            PartReceiver.hex(PartReceiver.digest("SHA-256").digest(rest)),
            rest.length,
            UUID.randomUUID().toString());
    store.put(ObjectKeys.content(apart.sha256(), apart.upload()), rest, rest.length);
    return List.of(
        Piece.of(new ByteRun(0, a)),
        Piece.of(Bytes.of(Arrays.copyOfRange(archive, a, b))),
        Piece.of(apart));
  }
}
