package dev.countermark.format.nuget;

import static dev.countermark.format.nuget.TestPki.LEAF;
import static dev.countermark.format.nuget.TestPki.LEAF_KEY;
import static dev.countermark.format.nuget.TestPki.NOW;
import static dev.countermark.format.nuget.TestPki.ROOT;

import dev.countermark.format.nuget.ForgedSignature.Algorithm;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import dev.countermark.format.nuget.signature.SignaturePreparation;
import dev.countermark.format.nuget.verify.TrustedSigner;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.TestArchives;
import java.net.URI;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.tsp.TSPAlgorithms;

/**
 * Small packages, signed rightly and wrongly, with what {@code dotnet nuget verify} says about each
 * (nuget reference, sections 4.6 and 8.3). Any verifier can be measured with them.
 */
public final class SignedPackages {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration YEAR = Duration.ofDays(365);
  private static final int DOS_DATE = 0x5B78 << 16;

  private static final KeyPair AUTHOR_ROOT_KEY = TestPki.rsa(2048);
  private static final X509Certificate AUTHOR_ROOT =
      TestPki.root("CN=Test Author Root,O=Example", AUTHOR_ROOT_KEY);
  private static final KeyPair AUTHOR_KEY = TestPki.rsa(2048);

  private final List<Sample> all = new ArrayList<>();

  /**
   * A package and the judgement on it.
   *
   * @param id of the package; unique
   * @param signers that {@code nuget.config} trusts
   * @param timestampAuthorityTrusted whether {@link TestTsa#ROOT} must be among the trusted
   * @param expected severity and code of each finding, such as {@code ERROR NU3018}; {@code STRICT}
   *     for those that the client does not have
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Sample(
      String id,
      byte[] file,
      List<TrustedSigner> signers,
      boolean timestampAuthorityTrusted,
      List<String> expected) {
    public Sample {
      signers = List.copyOf(signers);
      expected = List.copyOf(expected);
    }

    /** What makes the client trust the signers, and nobody else. */
    public String nugetConfig() {
      StringBuilder entries = new StringBuilder();
      for (int i = 0; i < signers.size(); i++) {
        TrustedSigner signer = signers.get(i);
        boolean author = signer.kind() == TrustedSigner.Kind.AUTHOR;
        String certificate =
            "<certificate fingerprint=\"%s\" hashAlgorithm=\"SHA256\" allowUntrustedRoot=\"%s\" />"
                .formatted(signer.fingerprint(), signer.allowUntrustedRoot());
        String owners =
            signer.owners().isEmpty()
                ? ""
                : "<owners>" + String.join(";", signer.owners()) + "</owners>";
        entries.append(
            author
                ? "<author name=\"s%d\">%s</author>".formatted(i, certificate)
                : "<repository name=\"s%d\" serviceIndex=\"%s\">%s%s</repository>"
                    .formatted(i, ForgedSignature.SERVICE_INDEX, certificate, owners));
      }
      return """
          <configuration>
            <packageSources><clear /></packageSources>
            <trustedSigners><clear />%s</trustedSigners>
          </configuration>
          """
          .formatted(entries);
    }

    @Override
    public String toString() {
      return id;
    }
  }

  private SignedPackages() {}

  /** All samples; made anew with every call. */
  public static List<Sample> all() throws Exception {
    SignedPackages packages = new SignedPackages();
    packages.addTrust();
    packages.addArchives();
    packages.addContents();
    packages.addStructures();
    packages.addCertificates();
    packages.addIssuers();
    packages.addPrepared();
    packages.addCountersignatures();
    packages.addTimestamps();
    return List.copyOf(packages.all);
  }

  private void addTrust() throws Exception {
    repository("Listed", f -> {}, "WARNING NU3027");
    add("Unlisted", repository("Unlisted", f -> {}), List.of(), UNTRUSTED);
    add(
        "LowerCase",
        repository("LowerCase", f -> {}),
        List.of(
            TrustedSigner.repository(fingerprint(LEAF).toLowerCase(Locale.ROOT), true, List.of())),
        UNTRUSTED);
    add(
        "OtherSigner",
        repository("OtherSigner", f -> {}),
        List.of(TrustedSigner.repository("AB".repeat(32), true, List.of())),
        "ERROR NU3018",
        "ERROR NU3034",
        "WARNING NU3027",
        "WARNING NU3042");
    add(
        "OneOwner",
        repository("OneOwner", f -> {}),
        List.of(TrustedSigner.repository(fingerprint(LEAF), true, List.of("eve", "bob"))),
        "WARNING NU3027");
    add(
        "NoSuchOwner",
        repository("NoSuchOwner", f -> {}),
        List.of(TrustedSigner.repository(fingerprint(LEAF), true, List.of("Acme"))),
        "ERROR NU3034",
        "WARNING NU3027");
    add(
        "NoOwners",
        repository("NoOwners", f -> f.owners = null),
        List.of(TrustedSigner.repository(fingerprint(LEAF), true, List.of("acme"))),
        "ERROR NU3034",
        "WARNING NU3027");
    add(
        "AuthorNotRepository",
        repository("AuthorNotRepository", f -> {}),
        List.of(TrustedSigner.author(fingerprint(LEAF), true)),
        "ERROR NU3034",
        "WARNING NU3027");
    add(
        "Author",
        author("Author", f -> {}),
        List.of(TrustedSigner.author(fingerprint(LEAF), true)),
        "WARNING NU3027");
  }

  private void addArchives() throws Exception {
    add("Unsigned", unsigned("Unsigned"), List.of(), "ERROR NU3004");
    byte[] flipped = repository("Flipped", f -> {});
    flipped[indexOf(flipped, "hello")] ^= 1;
    add("Flipped", flipped, listed(LEAF), "ERROR NU3008", "WARNING NU3027");
    byte[] signed = repository("Appended", f -> {});
    add(
        "Appended",
        Arrays.copyOf(signed, signed.length + 1),
        listed(LEAF),
        "ERROR NU3008",
        "WARNING NU3027");
    byte[] zeroed = repository("Zeroed", f -> {});
    ArchiveEntry entry = PackageArchive.read(ByteSource.of(zeroed)).signature().orElseThrow();
    int data = (int) entry.localOffset() + 30 + 14;
    Arrays.fill(zeroed, data, data + (int) entry.compressedSize(), (byte) 0);
    add("Zeroed", zeroed, listed(LEAF), "ERROR NU3003");
    byte[] p7s = signature("Entry", ForgedSignature::repository, f -> {});
    entry("Deflated", a -> a.deflated(PackageArchive.SIGNATURE, p7s), "ERROR NU3005");
    entry("LocalFlag", a -> a.stored(PackageArchive.SIGNATURE, p7s).localFlags = 8, "ERROR NU3005");
    entry("CentralFlag", a -> a.stored(PackageArchive.SIGNATURE, p7s).flags = 8, "ERROR NU3005");
    entry(
        "Attributes",
        a -> a.stored(PackageArchive.SIGNATURE, p7s).externalAttributes = 0x20,
        "ERROR NU3005");
    entry(
        "OtherSize",
        a -> a.stored(PackageArchive.SIGNATURE, p7s).uncompressedSize++,
        "ERROR NU3005");
    entry(
        "Utf8Flag",
        a -> {
          TestArchives.Entry utf8 = a.stored(PackageArchive.SIGNATURE, p7s);
          utf8.flags = 0x800;
          utf8.localFlags = 0x800;
        },
        "ERROR ");
    entry(
        "TwoEntries",
        a -> {
          a.stored(PackageArchive.SIGNATURE, p7s);
          a.stored(PackageArchive.SIGNATURE, p7s);
        },
        "ERROR ");
  }

  private void addContents() throws Exception {
    repository(
        "Version2", f -> f.content = f.content.replace("Version:1", "Version:2"), "ERROR NU3007");
    repository(
        "SpacedVersion",
        f -> f.content = f.content.replace("Version:1", "Version :1"),
        "ERROR NU3000");
    repository("NoHash", f -> f.content = "Version:1\n\n", "ERROR NU3000");
    repository(
        "UnknownHash",
        f -> f.content = f.content.replace("2.16.840.1.101.3.4.2.1", "1.3.14.3.2.26"),
        "ERROR NU3000");
    repository("CrLf", f -> f.content = f.content.replace("\n", "\r\n"), "WARNING NU3027");
    repository(
        "SpacedHash",
        f -> f.content = f.content.replaceFirst("(-Hash:....)", "$1 "),
        "WARNING NU3027");
  }

  private void addStructures() throws Exception {
    repository("TwoSigners", f -> f.signers = 2, "ERROR NU3009");
    repository("NoCertificate", f -> f.certificates.remove(LEAF), "ERROR NU3010");
    repository("NoSigningTime", f -> f.signingTime = null, "ERROR NU3011");
    repository("NoEss", f -> f.ess = false, "ERROR NU3011");
    repository("EssWithoutIssuer", f -> f.essIssuer = false, "ERROR NU3011");
    repository("EssOfAnother", f -> f.essHash = false, "ERROR NU3011");
    repository("EssVersion1", f -> f.essVersion1 = true, "ERROR NU3011");
    repository(
        "BothCommitments",
        f -> f.commitments.add(PKCSObjectIdentifiers.id_cti_ets_proofOfOrigin),
        "ERROR NU3000");
    repository(
        "HttpIndex",
        f -> f.serviceIndexes = List.of("http://feed.example/index.json"),
        "ERROR NU3000");
    repository("NoIndex", f -> f.serviceIndexes = List.of(), "ERROR NU3000");
    repository(
        "TwoIndexes",
        f -> f.serviceIndexes = List.of(ForgedSignature.SERVICE_INDEX, "https://other.example/"),
        "ERROR NU3000");
    repository("BlankOwner", f -> f.owners = List.of("acme", " "), "ERROR NU3000");
    repository("EmptyOwners", f -> f.owners = List.of(), "ERROR NU3000");
    repository("NoCommitment", f -> f.commitments.clear(), "ERROR NU3034", "WARNING NU3027");
    add(
        "NoCommitmentUnlisted",
        repository("NoCommitmentUnlisted", f -> f.commitments.clear()),
        List.of(),
        UNTRUSTED);
    repository("Spoiled", f -> f.spoiled = true, "ERROR NU3012", "WARNING NU3027");
    repository("NoContentType", f -> f.contentType = false, "STRICT NU3011", "WARNING NU3027");
    repository(
        "Sha1Signature", f -> f.algorithm = Algorithm.RSA_SHA1, "STRICT NU3012", "WARNING NU3027");
    repository(
        "PssSignature", f -> f.algorithm = Algorithm.PSS_SHA256, "STRICT NU3012", "WARNING NU3027");
  }

  private void addCertificates() throws Exception {
    repository("NoRoot", f -> f.certificates.remove(ROOT), "ERROR NU3012", "WARNING NU3027");
    certificate(
        "TlsOnly",
        p -> p.purposes(KeyPurposeId.id_kp_serverAuth),
        "ERROR NU3012",
        "WARNING NU3027");
    certificate("NoPurpose", p -> p.purposes(new KeyPurposeId[0]), "WARNING NU3027");
    certificate(
        "AnyPurpose",
        p -> p.purposes(KeyPurposeId.anyExtendedKeyUsage),
        "ERROR NU3012",
        "WARNING NU3027");
    certificate(
        "LifetimeSigning",
        p -> p.purposes(KeyPurposeId.id_kp_codeSigning, TestPki.purpose("1.3.6.1.4.1.311.10.3.13")),
        "ERROR NU3015",
        "WARNING NU3027");
    certificate(
        "Expired",
        p -> p.validity(NOW.minus(YEAR), NOW.minus(DAY)),
        "WARNING NU3027",
        "WARNING NU3037");
    add(
        "ExpiredUnlisted",
        repositoryBy(
            "ExpiredUnlisted",
            TestPki.leaf(p -> p.validity(NOW.minus(YEAR), NOW.minus(DAY))),
            LEAF_KEY,
            ROOT),
        List.of(),
        "ERROR NU3018",
        "ERROR NU3037",
        "WARNING NU3027",
        "WARNING NU3042");
    certificate(
        "NotYetValid",
        p -> p.validity(NOW.plus(YEAR.multipliedBy(20)), NOW.plus(YEAR.multipliedBy(21))),
        "ERROR NU3017",
        "WARNING NU3027");
    KeyPair weak = TestPki.rsa(1024);
    X509Certificate weakLeaf = TestPki.leaf(p -> p.key(weak));
    add(
        "Rsa1024",
        repositoryBy("Rsa1024", weakLeaf, weak, ROOT),
        listed(weakLeaf),
        "ERROR NU3014",
        "WARNING NU3027");
    KeyPair ecKey = TestPki.ec();
    X509Certificate ecRoot = TestPki.root("CN=Test ECDSA Root,O=Example", ecKey);
    X509Certificate ecIssued = TestPki.leaf(p -> p.issuer(ecRoot, ecKey, "SHA256withECDSA"));
    add(
        "EcdsaIssued",
        repositoryBy("EcdsaIssued", ecIssued, LEAF_KEY, ecRoot),
        listed(ecIssued),
        "ERROR NU3013",
        "WARNING NU3027");
    X509Certificate sha1Issued = TestPki.leaf(p -> p.issuer(ROOT, TestPki.ROOT_KEY, "SHA1withRSA"));
    add(
        "Sha1Issued",
        repositoryBy("Sha1Issued", sha1Issued, LEAF_KEY, ROOT),
        listed(sha1Issued),
        "ERROR NU3013",
        "WARNING NU3027");
    X509Certificate wrongRoot = TestPki.root("CN=Test Signing Root,O=Example", AUTHOR_ROOT_KEY);
    add(
        "WrongRoot",
        repositoryBy("WrongRoot", LEAF, LEAF_KEY, wrongRoot),
        listed(LEAF),
        "ERROR NU3012",
        "WARNING NU3027");
    X509Certificate noCa = TestPki.leaf(p -> p.key(AUTHOR_KEY).subject("CN=No CA,O=Example"));
    X509Certificate below = TestPki.leaf(p -> p.issuer(noCa, AUTHOR_KEY, "SHA256withRSA"));
    add(
        "IssuedByLeaf",
        repositoryBy("IssuedByLeaf", below, LEAF_KEY, noCa, ROOT),
        listed(below),
        "ERROR NU3012",
        "WARNING NU3027");
  }

  private void addIssuers() throws Exception {
    String name = "CN=Test Intermediate,O=Example";
    X509Certificate sound = TestPki.intermediate(name, AUTHOR_KEY);
    issuer("Intermediate", sound, List.of(sound, ROOT), "WARNING NU3027");
    issuer("NoIntermediate", sound, List.of(ROOT), "ERROR NU3012", "WARNING NU3027");
    issuer(
        "TlsIssuer",
        name,
        new Extension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth).getEncoded()),
        "ERROR NU3012",
        "WARNING NU3027");
    issuer(
        "CodeSigningIssuer",
        name,
        new Extension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning).getEncoded()),
        "WARNING NU3027");
    issuer(
        "UnknownCritical",
        name,
        new Extension(
            new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.2"), true, DERNull.INSTANCE.getEncoded()),
        "ERROR NU3012",
        "WARNING NU3027");
    issuer(
        "UnknownUncritical",
        name,
        new Extension(
            new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.2"), false, DERNull.INSTANCE.getEncoded()),
        "WARNING NU3027");
    issuer("NamePermitted", name, names("O=Example", true, true), "WARNING NU3027");
    issuer(
        "NameNotPermitted",
        name,
        names("O=Elsewhere", true, true),
        "ERROR NU3012",
        "WARNING NU3027");
    issuer(
        "NameNotPermittedUncritical",
        name,
        names("O=Elsewhere", true, false),
        "ERROR NU3012",
        "WARNING NU3027");
    issuer("NameExcluded", name, names("O=Example", false, true), "ERROR NU3012", "WARNING NU3027");
    issuer("NameNotExcluded", name, names("O=Elsewhere", false, true), "WARNING NU3027");
  }

  private static Extension names(String subtree, boolean permitted, boolean critical)
      throws Exception {
    GeneralSubtree[] subtrees = {
      new GeneralSubtree(new GeneralName(new X500Name(subtree)), null, null)
    };
    NameConstraints constraints =
        permitted ? new NameConstraints(subtrees, null) : new NameConstraints(null, subtrees);
    return new Extension(Extension.nameConstraints, critical, constraints.getEncoded());
  }

  private void issuer(String id, String name, Extension extension, String... expected)
      throws Exception {
    X509Certificate issuer = TestPki.intermediate(name, AUTHOR_KEY, extension);
    issuer(id, issuer, List.of(issuer, ROOT), expected);
  }

  private void issuer(
      String id, X509Certificate issuer, List<X509Certificate> issuers, String... expected)
      throws Exception {
    X509Certificate leaf =
        TestPki.leaf(
            p -> p.issuer(issuer, AUTHOR_KEY, "SHA256withRSA").subject("CN=Signer,O=Example"));
    byte[] file = repositoryBy(id, leaf, LEAF_KEY, issuers.toArray(X509Certificate[]::new));
    add(id, file, listed(leaf), expected);
  }

  /** Signed by the code that signs in earnest. */
  private void addPrepared() throws Exception {
    RepositoryClaim claim =
        new RepositoryClaim(URI.create(ForgedSignature.SERVICE_INDEX), List.of("acme"));
    SignaturePreparation primary =
        SignaturePreparation.repositoryPrimary(
            sha256(unsigned("Prepared")), TestPki.chain(LEAF), NOW, claim);
    add(
        "Prepared",
        signed("Prepared", primary.finish(TestPki.sign(LEAF_KEY, primary.digestToSign()))),
        listed(LEAF),
        "WARNING NU3027");
    byte[] author =
        signature(
            "PreparedCounter",
            ForgedSignature::author,
            f -> f.by(authorCertificate(), AUTHOR_KEY, AUTHOR_ROOT));
    SignaturePreparation counter =
        SignaturePreparation.repositoryCountersignature(
            PackageSignature.parse(author), TestPki.chain(LEAF), NOW, claim);
    byte[] value = TestPki.sign(LEAF_KEY, counter.digestToSign());
    add(
        "PreparedCounter",
        signed("PreparedCounter", counter.finish(value)),
        listed(LEAF),
        "WARNING NU3027",
        "WARNING NU3042");
    add(
        "PreparedCounterStamped",
        signed("PreparedCounter", counter.finish(value, new TestTsa().token(value))),
        listed(LEAF),
        true,
        "WARNING NU3027",
        "WARNING NU3042");
  }

  private void addCountersignatures() throws Exception {
    countersigned("Countersigned", f -> {}, c -> {}, "WARNING NU3027", "WARNING NU3042");
    countersigned(
        "CountersignedExpired",
        f ->
            f.by(
                TestPki.leaf(
                    p ->
                        p.key(AUTHOR_KEY)
                            .issuer(AUTHOR_ROOT, AUTHOR_ROOT_KEY, "SHA256withRSA")
                            .validity(NOW.minus(YEAR), NOW.minus(DAY))),
                AUTHOR_KEY,
                AUTHOR_ROOT),
        c -> {},
        "ERROR NU3037",
        "WARNING NU3027",
        "WARNING NU3042");
    countersigned(
        "AuthorWithoutRoot",
        f -> f.certificates.remove(AUTHOR_ROOT),
        c -> {},
        "ERROR NU3012",
        "WARNING NU3027");
    countersigned(
        "TwoCountersignatures",
        f -> f.countersigned(ForgedSignature.countersignature()),
        c -> c.owners = null,
        "ERROR NU3032");
    countersigned("CounterWithoutTime", f -> {}, c -> c.signingTime = null, "ERROR NU3031");
    countersigned(
        "CounterWithoutEss",
        f -> {},
        c -> c.ess = false,
        "STRICT NU3031",
        "WARNING NU3027",
        "WARNING NU3042");
    countersigned(
        "CounterEssWithoutIssuer",
        f -> {},
        c -> c.essIssuer = false,
        "STRICT NU3031",
        "WARNING NU3027",
        "WARNING NU3042");
    countersigned(
        "CounterSpoiled",
        f -> {},
        c -> c.spoiled = true,
        "ERROR NU3012",
        "ERROR NU3018",
        "WARNING NU3027",
        "WARNING NU3042");
    countersigned(
        "CounterWithContentType",
        f -> {},
        c -> c.contentType = true,
        "WARNING NU3027",
        "WARNING NU3042");
    countersigned("CounterWithoutCertificate", f -> {}, c -> c.certificates.clear(), "ERROR ");
    countersigned(
        "CounterHttpIndex",
        f -> {},
        c -> c.serviceIndexes = List.of("http://feed.example/"),
        "ERROR NU3000");
    repository(
        "RepositoryCountersigned",
        f -> f.countersigned(ForgedSignature.countersignature()),
        "STRICT NU3033",
        "WARNING NU3027");
    X509Certificate author = authorCertificate();
    byte[] file =
        author(
            "CounterUntrusted",
            f -> {
              f.by(author, AUTHOR_KEY, AUTHOR_ROOT);
              f.countersigned(ForgedSignature.countersignature());
            });
    add("CounterUntrusted", file, List.of(), UNTRUSTED);
  }

  private void addTimestamps() throws Exception {
    timestamped("Timestamped", t -> {});
    add(
        "TimestampExpired",
        repositoryBy(
            "TimestampExpired",
            TestPki.leaf(p -> p.validity(NOW.minus(YEAR), NOW.minus(DAY))),
            LEAF_KEY,
            stamp(t -> t.time = NOW.minus(DAY.multipliedBy(2))),
            ROOT),
        List.of(),
        true,
        "ERROR NU3018",
        "WARNING NU3042");
    timestamped("TimestampOfAnother", t -> t.aboutSomethingElse = true, "ERROR NU3019");
    timestamped("TimestampWithoutCertificates", t -> t.withCertificates = false, "ERROR NU3020");
    timestamped("TimestampSpoiled", t -> t.spoiled = true, "ERROR NU3021");
    timestamped(
        "TimestampSha1Issued",
        t ->
            t.certificate =
                TestTsa.certificate(p -> p.issuer(TestTsa.ROOT, TestTsa.ROOT_KEY, "SHA1withRSA")),
        "ERROR NU3022");
    KeyPair weak = TestPki.rsa(1024);
    timestamped(
        "TimestampRsa1024",
        t -> {
          t.key = weak;
          t.certificate = TestTsa.certificate(p -> p.key(weak));
        },
        "ERROR NU3023");
    timestamped("TimestampSha1Cms", t -> t.signatureAlgorithm = "SHA1withRSA", "ERROR NU3024");
    timestamped(
        "TimestampNotYetValid",
        t ->
            t.certificate =
                TestTsa.certificate(
                    p ->
                        p.validity(
                            NOW.plus(YEAR.multipliedBy(20)), NOW.plus(YEAR.multipliedBy(21)))),
        "ERROR NU3025",
        "ERROR NU3036");
    timestamped("TimestampOutside", t -> t.time = NOW.minus(YEAR.multipliedBy(3)), "ERROR NU3036");
    timestamped(
        "TimestampSha1Imprint", t -> t.imprintAlgorithm = TSPAlgorithms.SHA1, "ERROR NU3030");
    timestamped("TimestampWithoutChain", t -> t.withChain = false);
    add(
        "TimestampSpoiledUnlisted",
        repository("TimestampSpoiledUnlisted", f -> f.timestamp = stamp(t -> t.spoiled = true)),
        List.of(),
        true,
        "ERROR NU3021");
    byte[] file = repository("TimestampUntrusted", f -> f.timestamp = stamp(t -> {}));
    add("TimestampUntrusted", file, listed(LEAF), "ERROR NU3028", "WARNING NU3042");
  }

  private static final String[] UNTRUSTED = {"ERROR NU3018", "WARNING NU3027", "WARNING NU3042"};

  private void add(String id, byte[] file, List<TrustedSigner> signers, String... expected) {
    add(id, file, signers, false, expected);
  }

  private void add(
      String id,
      byte[] file,
      List<TrustedSigner> signers,
      boolean timestampAuthorityTrusted,
      String... expected) {
    all.add(new Sample(id, file, signers, timestampAuthorityTrusted, List.of(expected)));
  }

  private void repository(String id, Consumer<ForgedSignature> change, String... expected)
      throws Exception {
    add(id, repository(id, change), listed(LEAF), expected);
  }

  private void certificate(String id, UnaryOperator<TestPki.Profile> change, String... expected)
      throws Exception {
    X509Certificate leaf = TestPki.leaf(change);
    add(id, repositoryBy(id, leaf, LEAF_KEY, ROOT), listed(leaf), expected);
  }

  private void countersigned(
      String id,
      Consumer<ForgedSignature> change,
      Consumer<ForgedSignature> counterChange,
      String... expected)
      throws Exception {
    byte[] file =
        author(
            id,
            f -> {
              f.by(authorCertificate(), AUTHOR_KEY, AUTHOR_ROOT);
              f.countersigned(ForgedSignature.countersignature().but(counterChange));
              change.accept(f);
            });
    add(id, file, listed(LEAF), expected);
  }

  private void timestamped(String id, Consumer<TestTsa> change, String... expected)
      throws Exception {
    byte[] file = repository(id, f -> f.timestamp = stamp(change));
    add(id, file, listed(LEAF), true, expected);
  }

  private void entry(String id, Consumer<TestArchives> signatureEntry, String expected)
      throws Exception {
    TestArchives archive = content(id);
    signatureEntry.accept(archive);
    add(id, archive.bytes(), listed(LEAF), expected);
  }

  private static UnaryOperator<byte[]> stamp(Consumer<TestTsa> change) {
    TestTsa authority = new TestTsa();
    change.accept(authority);
    return authority::token;
  }

  private static X509Certificate authorCertificate() {
    return TestPki.leaf(
        p ->
            p.key(AUTHOR_KEY)
                .issuer(AUTHOR_ROOT, AUTHOR_ROOT_KEY, "SHA256withRSA")
                .subject("CN=Test Author,O=Example"));
  }

  private static List<TrustedSigner> listed(X509Certificate repository) throws Exception {
    return List.of(TrustedSigner.repository(fingerprint(repository), true, List.of()));
  }

  /** SHA-256 of a certificate, as {@code nuget.config} wants it. */
  public static String fingerprint(X509Certificate certificate) throws Exception {
    return HexFormat.of().withUpperCase().formatHex(sha256(certificate.getEncoded()));
  }

  /** A package that nobody signed. */
  public static byte[] unsigned(String id) {
    return content(id).bytes();
  }

  private static TestArchives content(String id) {
    TestArchives archive = new TestArchives();
    archive.deflated(
        id + ".nuspec",
        TestArchives.ascii(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>%s</id>
                <version>1.0.0</version>
                <authors>acme</authors>
                <description>A sample.</description>
              </metadata>
            </package>
            """
                .formatted(id)));
    archive.stored("lib/netstandard2.0/_._", TestArchives.ascii("hello\n"));
    return archive;
  }

  /** A package signed by a repository. */
  public static byte[] repository(String id, Consumer<ForgedSignature> change) throws Exception {
    return signed(id, signature(id, ForgedSignature::repository, change));
  }

  private static byte[] repositoryBy(
      String id, X509Certificate leaf, KeyPair key, X509Certificate... issuers) throws Exception {
    return repository(id, f -> f.by(leaf, key, issuers));
  }

  private static byte[] repositoryBy(
      String id,
      X509Certificate leaf,
      KeyPair key,
      UnaryOperator<byte[]> timestamp,
      X509Certificate... issuers)
      throws Exception {
    return repository(
        id,
        f -> {
          f.by(leaf, key, issuers);
          f.timestamp = timestamp;
        });
  }

  /** A package signed by its author. */
  public static byte[] author(String id, Consumer<ForgedSignature> change) throws Exception {
    return signed(id, signature(id, ForgedSignature::author, change));
  }

  private interface Primary {
    ForgedSignature of(byte[] packageHash);
  }

  private static byte[] signature(String id, Primary primary, Consumer<ForgedSignature> change)
      throws Exception {
    return primary.of(sha256(unsigned(id))).but(change).p7s();
  }

  private static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static byte[] signed(String id, byte[] p7s) throws Exception {
    ByteSource source = ByteSource.of(unsigned(id));
    ByteSource signed = PackageArchive.read(source).withSignature(p7s, DOS_DATE).over(source);
    return signed.read(0, Math.toIntExact(signed.size()));
  }

  private static int indexOf(byte[] file, String text) {
    byte[] wanted = TestArchives.ascii(text);
    for (int i = 0; ; i++) {
      if (Arrays.equals(file, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
  }
}
