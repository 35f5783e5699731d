package dev.countermark.signer.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.AppliedPolicy;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedFile;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.format.nuget.archive.Layout;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.verify.PackageVerifier;
import dev.countermark.format.nuget.verify.VerificationMode;
import dev.countermark.format.nuget.verify.VerificationPolicy;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.RecordSigner;
import dev.countermark.signer.service.RepositorySettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signer.service.SignerIdentity;
import dev.countermark.signing.FormatSigner;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** A repository whose packages are signed as the service signs them, over a store in memory. */
final class TestFeed {
  static final RepositoryName NAME = RepositoryName.of("acme/app");
  static final Identity TOOLS = new Identity("acme.tools", "1.0.0");
  static final URI SERVICE_INDEX =
      URI.create("https://packages.example/acme/app/nuget/v3/index.json");
  static final Instant NOW = TestPki.NOW;
  private static final String UPLOAD = new UUID(0, 1).toString();
  static final Instant PUSHED = NOW.minusSeconds(90).plusMillis(7);

  private final InMemoryBlobStore unobserved = new InMemoryBlobStore();
  final ObservedBlobStore store = new ObservedBlobStore(unobserved);
  final Records records = new Records(store);
  final InMemoryKeyClient keys = new InMemoryKeyClient(Clock.fixed(NOW, ZoneOffset.UTC));
  final AtomicInteger signatures = new AtomicInteger();

  Instant now = NOW;
  List<URI> authorities = List.of();
  Duration timestampTimeout = Duration.ofSeconds(20);
  long rehashLimit = 16 << 20;
  MemoryBudget memory = new MemoryBudget(64 << 20, 32, Duration.ofSeconds(10));

  /** By which what is pushed from now on was taken. */
  Optional<AppliedPolicy> taken = Optional.empty();

  TestFeed() {
    settings(SignaturePolicy.RESIGN, TimestampPolicy.NONE);
  }

  void settings(SignaturePolicy policy, TimestampPolicy timestamps) {
    records.update(
        ObjectKeys.repository(NAME),
        RepositoryRecord.class,
        old ->
            Optional.of(
                new RepositoryRecord(
                        old.map(RepositoryRecord::generation).orElse(0L) + 1, NAME, PUSHED)
                    .with(
                        new NugetFormat(),
                        new NugetSettings(false, policy, timestamps, false, false))));
  }

  // ---- pushing --------------------------------------------------------------------------------

  /** Leaves in the store what the gateway leaves there: two parts and a record. */
  void push(byte[] file) {
    push(TOOLS, file);
  }

  void push(Identity identity, byte[] file) {
    int half = file.length / 2;
    List<Part> parts =
        List.of(part(Arrays.copyOf(file, half)), part(Arrays.copyOfRange(file, half, file.length)));
    Upload upload = new Upload(parts, file.length, hex(file));
    records.create(
        NugetKeys.version(NAME, identity),
        new VersionRecord(
            1,
            NAME,
            identity,
            identity.id(),
            identity.version(),
            upload,
            "not looked at",
            Bytes.utf8("not looked at"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PUSHED,
            Optional.empty(),
            true,
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            taken));
  }

  private Part part(byte[] content) {
    String sha256 = hex(content);
    store.put(ObjectKeys.content(sha256, UPLOAD), content, content.length);
    return new Part(sha256, content.length, UPLOAD);
  }

  static String hex(byte[] content) {
    return HexFormat.of().formatHex(digest("SHA-256", content));
  }

  static byte[] digest(String algorithm, byte[] content) {
    try {
      return MessageDigest.getInstance(algorithm).digest(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- signing --------------------------------------------------------------------------------

  SigningOutcome<SignedArtifact> sign(Lane lane) {
    return sign(lane, TOOLS, counted(keys));
  }

  SigningOutcome<SignedArtifact> sign(Lane lane, Identity identity, KeyClient keyClient) {
    return signer(keyClient).sign(request(lane, identity));
  }

  PackageRequest request(Lane lane, Identity identity) {
    return request(lane, identity, now);
  }

  PackageRequest request(Lane lane, Identity identity, Instant since) {
    return new PackageRequest(
        new NugetFormat(), lane, NAME, identity.toString(), digest(identity), since);
  }

  private String digest(Identity identity) {
    return new Records(unobserved)
        .read(NugetKeys.version(NAME, identity), VersionRecord.class)
        .map(VersionRecord::digest)
        .orElse("sha256:" + "0".repeat(64));
  }

  /** A signer that remembers nothing of earlier ones. */
  FormatSigner<PackageRequest, SignedArtifact> signer(KeyClient keyClient) {
    Clock clock = Clock.fixed(now, ZoneOffset.UTC);
    return new RecordSigner<>(
        new SignPackage(
            new PackageSigning(
                store,
                keyClient,
                new Timestamps(authorities, timestampTimeout, clock),
                URI.create("https://packages.example"),
                new PackageSigning.Reading(rehashLimit, memory),
                clock),
            keyClient),
        records,
        new RepositorySettings(records, Duration.ZERO, clock),
        clock);
  }

  private KeyClient counted(KeyClient client) {
    return new KeyClient() {
      @Override
      public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
        return client.current(repository, purpose);
      }

      @Override
      public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
        return client.versions(repository, purpose);
      }

      @Override
      public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
        signatures.addAndGet(items.size());
        return client.sign(repository, purpose, items);
      }
    };
  }

  // ---- looking at the result ------------------------------------------------------------------

  VersionRecord record() {
    return record(TOOLS);
  }

  VersionRecord record(Identity identity) {
    return records.read(NugetKeys.version(NAME, identity), VersionRecord.class).orElseThrow();
  }

  SignedPackage signed() {
    return record().signed().orElseThrow();
  }

  /** What the gateway hands out. */
  byte[] file() {
    return file(TOOLS);
  }

  byte[] file(Identity identity) {
    VersionRecord record = record(identity);
    SignedFile file = record.signed().orElseThrow().file();
    byte[] upload = content(record.upload().parts());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ByteRun run : file.runs()) {
      out.write(upload, (int) run.from(), (int) (run.to() - run.from()));
    }
    file.inlineTail().ifPresent(tail -> out.writeBytes(tail.toArray()));
    file.storedTail().ifPresent(tail -> out.writeBytes(content(List.of(tail))));
    assertThat(out.size()).isEqualTo((int) file.size());
    return out.toByteArray();
  }

  private byte[] content(List<Part> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Part part : parts) {
      String key = ObjectKeys.content(part.sha256(), part.upload());
      try (InputStream in = store.open(key, 0, part.size()).orElseThrow()) {
        in.transferTo(out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return out.toByteArray();
  }

  /**
   * What a client says that trusts this installation, {@link TestPki#ROOT} and {@link
   * TestTsa#ROOT}: codes with their severity.
   */
  List<String> findings(byte[] file) throws IOException {
    VerificationReport report =
        new PackageVerifier()
            .verify(
                ByteSource.of(file),
                VerificationPolicy.builder(VerificationMode.VERIFY, now)
                    .codeSigningRoots(List.of(root(), TestPki.ROOT))
                    .timestampRoots(List.of(TestTsa.ROOT))
                    .expectedServiceIndex(SERVICE_INDEX)
                    .build());
    return report.findings().stream().map(f -> f.severity() + " " + f.code()).toList();
  }

  private X509Certificate root() {
    return SignerIdentity.of(keys.current(NAME, new Purpose("nuget"))).root();
  }

  /** What lock files hold: Base64 of SHA-512 over the package without its signature. */
  static String contentHash(byte[] file) throws Exception {
    return Base64.getEncoder()
        .encodeToString(
            PackageArchive.read(ByteSource.of(file)).hash(MessageDigest.getInstance("SHA-512")));
  }

  static PackageSignature signature(byte[] file) throws Exception {
    PackageArchive archive = PackageArchive.read(ByteSource.of(file));
    return PackageSignature.parse(archive.signatureBytes(archive.signature().orElseThrow()));
  }

  /** The package without its signature. */
  static byte[] stripped(byte[] file) throws Exception {
    ByteSource source = ByteSource.of(file);
    Layout stripped = PackageArchive.read(source).stripped();
    return stripped.over(source).read(0, (int) stripped.size());
  }
}
