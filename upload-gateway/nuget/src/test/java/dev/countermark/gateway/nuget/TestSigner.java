package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedFile;
import dev.countermark.format.nuget.archive.Layout;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.ingest.IngestLimits;
import dev.countermark.format.nuget.ingest.PackageInspector;
import dev.countermark.format.nuget.signature.MalformedSignatureException;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import dev.countermark.format.nuget.signature.SignaturePreparation;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.format.zip.Range;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.Ingest;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Leaves in a version's record what the signer leaves there: a genuine signature. */
final class TestSigner {
  private static final String SERVICE_INDEX = "https://registry.test/index.json";
  private static final int DOS_DATE = 0x5B78 << 16;

  private final BlobStore store;
  private final KeyClient keys;

  TestSigner(BlobStore store, KeyClient keys) {
    this.store = store;
    this.keys = keys;
  }

  /** Of signatures that packages come with. */
  /** Pushes that tell nobody. */
  static PackagePushes pushes(BlobStore store, Path spool, long largest, Clock clock) {
    return pushes(store, Fence.open(), spool, largest, clock);
  }

  static PackagePushes pushes(BlobStore store, Fence fence, Path spool, long largest, Clock clock) {
    PartReceiver parts = new PartReceiver(store, new MemoryBudget(64 << 20));
    try {
      return new PackagePushes(
          store,
          parts,
          new Ingest<>(
              store,
              parts,
              (format, upload) -> {},
              new NugetFormat(),
              VersionRecord::following,
              fence),
          new PackageIntake(
              SpoolFolder.open(spool, clock),
              new PackageInspector(IngestLimits.defaults()),
              largest,
              clock),
          check(clock),
          new PackagePushes.Waiting(
              new SettledPackages(
                  new Records(store), repository -> Runnable::run, () -> Runnable::run, null),
              Duration.ZERO),
          clock);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static SignatureCheck check(Clock clock) {
    return new SignatureCheck(
        new PublicAddresses(URI.create("https://registry.test"), Optional.empty()),
        new SigningCertificates(new InMemoryKeyClient()),
        clock);
  }

  /**
   * Signs what was pushed.
   *
   * @return what must be downloaded from now on
   */
  byte[] sign(RepositoryName repository, Identity identity) {
    return sign(repository, identity, false);
  }

  /**
   * @param tailApart whether the end of the package goes into an object of its own, like a large
   *     one
   */
  byte[] sign(RepositoryName repository, Identity identity, boolean tailApart) {
    String key = NugetKeys.version(repository, identity);
    Records records = new Records(store);
    VersionRecord record = records.read(key, VersionRecord.class).orElseThrow();
    try {
      byte[] upload = bytes(record.upload().parts());
      PackageArchive archive = PackageArchive.read(ByteSource.of(upload));
      PublicKeyVersion signer = keys.current(repository, new Purpose("nuget"));
      byte[] signature =
          signature(repository, identity, SERVICE_INDEX, record.acceptedAt(), archive, signer);
      Layout layout = archive.withSignature(signature, DOS_DATE);
      records.update(
          key,
          VersionRecord.class,
          old -> old.map(r -> r.signed(signed(signer, layout, tailApart))));
      ByteSource file = layout.over(ByteSource.of(upload));
      return file.read(0, Math.toIntExact(file.size()));
    } catch (IOException
        | MalformedArchiveException
        | MalformedSignatureException
        | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] bytes(List<Part> parts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Part part : parts) {
      String key = ObjectKeys.content(part.sha256(), part.upload());
      try (InputStream in = store.open(key, 0, part.size()).orElseThrow()) {
        in.transferTo(all);
      }
    }
    return all.toByteArray();
  }

  /**
   * A package as a repository signs it.
   *
   * @param serviceIndex in whose name
   */
  byte[] signed(RepositoryName repository, Identity identity, byte[] upload, String serviceIndex) {
    try {
      PackageArchive archive = PackageArchive.read(ByteSource.of(upload));
      PublicKeyVersion signer = keys.current(repository, new Purpose("nuget"));
      byte[] signature =
          signature(repository, identity, serviceIndex, Instant.EPOCH, archive, signer);
      ByteSource file = archive.withSignature(signature, DOS_DATE).over(ByteSource.of(upload));
      return file.read(0, Math.toIntExact(file.size()));
    } catch (IOException
        | MalformedArchiveException
        | MalformedSignatureException
        | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] signature(
      RepositoryName repository,
      Identity identity,
      String serviceIndex,
      Instant time,
      PackageArchive archive,
      PublicKeyVersion signer)
      throws IOException,
          MalformedArchiveException,
          MalformedSignatureException,
          GeneralSecurityException {
    byte[] hash = archive.hash(Digests.sha256());
    SignaturePreparation preparation =
        SignaturePreparation.repositoryPrimary(
            hash,
            chain(signer),
            time,
            new RepositoryClaim(URI.create(serviceIndex), List.of(repository.owner())));
    Item item =
        new Item(
            "pkg:nuget/" + identity.toString().replace('/', '@'),
            "sha256:" + HexFormat.of().formatHex(hash),
            Bytes.of(preparation.digestToSign()));
    return preparation.finish(
        keys.sign(repository, new Purpose("nuget"), List.of(item)).signatures().get(0).toArray());
  }

  private static List<X509Certificate> chain(PublicKeyVersion key) throws GeneralSecurityException {
    List<X509Certificate> chain = new ArrayList<>();
    for (Bytes der : key.certificates()) {
      chain.add(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der.toArray())));
    }
    return chain;
  }

  static String fingerprint(PublicKeyVersion key) {
    byte[] leaf = key.certificates().get(0).toArray();
    return HexFormat.of().withUpperCase().formatHex(Digests.sha256().digest(leaf));
  }

  private SignedPackage signed(PublicKeyVersion signer, Layout layout, boolean tailApart) {
    List<ByteRun> runs = new ArrayList<>();
    for (Range range : layout.ranges()) {
      runs.add(new ByteRun(range.from(), range.to()));
    }
    byte[] tail = layout.tail();
    Part apart =
        new Part(
            HexFormat.of().formatHex(Digests.sha256().digest(tail)),
            tail.length,
            UUID.randomUUID().toString());
    if (tailApart) {
      store.put(ObjectKeys.content(apart.sha256(), apart.upload()), tail, tail.length);
    }
    return new SignedPackage(
        new SignedFile(
            runs,
            tailApart ? Optional.empty() : Optional.of(Bytes.of(tail)),
            tailApart ? Optional.of(apart) : Optional.empty(),
            layout.size(),
            apart.sha256()),
        new RepositorySignature(
            SignatureKind.PRIMARY,
            signer.version(),
            fingerprint(signer),
            SERVICE_INDEX,
            List.of("acme"),
            Instant.EPOCH,
            false,
            Instant.EPOCH,
            Instant.EPOCH),
        Optional.empty());
  }
}
