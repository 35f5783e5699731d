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
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.tsp.TSPAlgorithms;

/**
 * Small packages, signed rightly and wrongly, with what {@code dotnet nuget verify} says about each
 * (nuget reference, sections 4.6 and 8.3). Any verifier can be measured with them.
 */
public final class PackageSamples {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration YEAR = Duration.ofDays(365);

  private final List<Sample> all = new ArrayList<>();

  private PackageSamples() {}

  /** All samples; made anew with every call. */
  public static List<Sample> all() throws Exception {
    PackageSamples samples = new PackageSamples();
    samples.addTrust();
    samples.addArchives();
    samples.addContents();
    samples.addStructures();
    new CertificateSamples(samples).addAll();
    samples.addPrepared();
    samples.addCountersignatures();
    samples.addTimestamps();
    return List.copyOf(samples.all);
  }

  private void addTrust() throws Exception {
    repository("Listed", f -> {}, "WARNING NU3027");
    add("Unlisted", SignedPackages.repository("Unlisted", f -> {}), List.of(), UNTRUSTED);
    add(
        "LowerCase",
        SignedPackages.repository("LowerCase", f -> {}),
        List.of(
            TrustedSigner.repository(
                SignedPackages.fingerprint(LEAF).toLowerCase(Locale.ROOT), true, List.of())),
        UNTRUSTED);
    add(
        "OtherSigner",
        SignedPackages.repository("OtherSigner", f -> {}),
        List.of(TrustedSigner.repository("AB".repeat(32), true, List.of())),
        "ERROR NU3018",
        "ERROR NU3034",
        "WARNING NU3027",
        "WARNING NU3042");
    add(
        "OneOwner",
        SignedPackages.repository("OneOwner", f -> {}),
        List.of(
            TrustedSigner.repository(
                SignedPackages.fingerprint(LEAF), true, List.of("eve", "bob"))),
        "WARNING NU3027");
    add(
        "NoSuchOwner",
        SignedPackages.repository("NoSuchOwner", f -> {}),
        List.of(TrustedSigner.repository(SignedPackages.fingerprint(LEAF), true, List.of("Acme"))),
        "ERROR NU3034",
        "WARNING NU3027");
    add(
        "NoOwners",
        SignedPackages.repository("NoOwners", f -> f.owners = null),
        List.of(TrustedSigner.repository(SignedPackages.fingerprint(LEAF), true, List.of("acme"))),
        "ERROR NU3034",
        "WARNING NU3027");
    add(
        "AuthorNotRepository",
        SignedPackages.repository("AuthorNotRepository", f -> {}),
        List.of(TrustedSigner.author(SignedPackages.fingerprint(LEAF), true)),
        "ERROR NU3034",
        "WARNING NU3027");
    add(
        "Author",
        SignedPackages.author("Author", f -> {}),
        List.of(TrustedSigner.author(SignedPackages.fingerprint(LEAF), true)),
        "WARNING NU3027");
  }

  private void addArchives() throws Exception {
    add("Unsigned", SignedPackages.unsigned("Unsigned"), List.of(), "ERROR NU3004");
    byte[] flipped = SignedPackages.repository("Flipped", f -> {});
    flipped[indexOf(flipped, "hello")] ^= 1;
    add("Flipped", flipped, listed(LEAF), "ERROR NU3008", "WARNING NU3027");
    byte[] signed = SignedPackages.repository("Appended", f -> {});
    add(
        "Appended",
        Arrays.copyOf(signed, signed.length + 1),
        listed(LEAF),
        "ERROR NU3008",
        "WARNING NU3027");
    byte[] zeroed = SignedPackages.repository("Zeroed", f -> {});
    ArchiveEntry entry = PackageArchive.read(ByteSource.of(zeroed)).signature().orElseThrow();
    int data = (int) entry.localOffset() + 30 + 14;
    Arrays.fill(zeroed, data, data + (int) entry.compressedSize(), (byte) 0);
    add("Zeroed", zeroed, listed(LEAF), "ERROR NU3003");
    byte[] p7s = SignedPackages.signature("Entry", ForgedSignature::repository, f -> {});
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
    repository("Cr", f -> f.content = f.content.replace("\n", "\r"), "WARNING NU3027");
    repository(
        "NoFinalBlankLine",
        f -> f.content = f.content.substring(0, f.content.length() - 1),
        "ERROR NU3000");
    repository(
        "NoFinalBlankLineCrLf",
        f -> f.content = f.content.substring(0, f.content.length() - 1).replace("\n", "\r\n"),
        "ERROR NU3000");
    repository("NoLineEnd", f -> f.content = f.content.stripTrailing(), "ERROR NU3000");
    repository(
        "SpaceForBlankLine",
        f -> f.content = f.content.substring(0, f.content.length() - 1) + " \n",
        "ERROR NU3000");
    repository("TextBehind", f -> f.content = f.content + "nonsense", "WARNING NU3027");
    repository(
        "EmptySection", f -> f.content = f.content.replace("1\n\n", "1\n\n\n"), "ERROR NU3000");
    repository(
        "HashInThirdSection",
        f -> f.content = f.content.replace("1\n\n", "1\n\na:b\n\n"),
        "ERROR NU3000");
    repository("ByteOrderMark", f -> f.content = "\ufeff" + f.content, "ERROR NU3000");
    repository(
        "OtherHashFirst",
        f ->
            f.content =
                f.content.replace(
                    "1\n\n",
                    "1\n\n2.16.840.1.101.3.4.2.2-Hash:"
                        + Base64.getEncoder().encodeToString(new byte[48])
                        + "\n"),
        "ERROR NU3008",
        "WARNING NU3027");
    repository(
        "ShortHash",
        f -> f.content = f.content.replaceFirst("-Hash:.*", "-Hash:QUJD"),
        "ERROR NU3008",
        "WARNING NU3027");
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
        SignedPackages.repository("NoCommitmentUnlisted", f -> f.commitments.clear()),
        List.of(),
        UNTRUSTED);
    repository("Spoiled", f -> f.spoiled = true, "ERROR NU3012", "WARNING NU3027");
    repository("NoContentType", f -> f.contentType = false, "STRICT NU3011", "WARNING NU3027");
    repository(
        "Sha1Signature", f -> f.algorithm = Algorithm.RSA_SHA1, "STRICT NU3012", "WARNING NU3027");
    repository(
        "PssSignature", f -> f.algorithm = Algorithm.PSS_SHA256, "STRICT NU3012", "WARNING NU3027");
  }

  /** Signed by the code that signs in earnest. */
  private void addPrepared() throws Exception {
    RepositoryClaim claim =
        new RepositoryClaim(URI.create(ForgedSignature.SERVICE_INDEX), List.of("acme"));
    SignaturePreparation primary =
        SignaturePreparation.repositoryPrimary(
            SignedPackages.sha256(SignedPackages.unsigned("Prepared")),
            TestPki.chain(LEAF),
            NOW,
            claim);
    add(
        "Prepared",
        SignedPackages.signed(
            "Prepared", primary.finish(TestPki.sign(LEAF_KEY, primary.digestToSign()))),
        listed(LEAF),
        "WARNING NU3027");
    byte[] author =
        SignedPackages.signature(
            "PreparedCounter",
            ForgedSignature::author,
            f ->
                f.by(
                    SignedPackages.authorCertificate(),
                    SignedPackages.AUTHOR_KEY,
                    SignedPackages.AUTHOR_ROOT));
    SignaturePreparation counter =
        SignaturePreparation.repositoryCountersignature(
            PackageSignature.parse(author), TestPki.chain(LEAF), NOW, claim);
    byte[] value = TestPki.sign(LEAF_KEY, counter.digestToSign());
    add(
        "PreparedCounter",
        SignedPackages.signed("PreparedCounter", counter.finish(value)),
        listed(LEAF),
        "WARNING NU3027",
        "WARNING NU3042");
    add(
        "PreparedCounterStamped",
        SignedPackages.signed("PreparedCounter", counter.finish(value, new TestTsa().token(value))),
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
                        p.key(SignedPackages.AUTHOR_KEY)
                            .issuer(
                                SignedPackages.AUTHOR_ROOT,
                                SignedPackages.AUTHOR_ROOT_KEY,
                                "SHA256withRSA")
                            .validity(NOW.minus(YEAR), NOW.minus(DAY))),
                SignedPackages.AUTHOR_KEY,
                SignedPackages.AUTHOR_ROOT),
        c -> {},
        "ERROR NU3037",
        "WARNING NU3027",
        "WARNING NU3042");
    countersigned(
        "AuthorWithoutRoot",
        f -> f.certificates.remove(SignedPackages.AUTHOR_ROOT),
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
    X509Certificate author = SignedPackages.authorCertificate();
    byte[] file =
        SignedPackages.author(
            "CounterUntrusted",
            f -> {
              f.by(author, SignedPackages.AUTHOR_KEY, SignedPackages.AUTHOR_ROOT);
              f.countersigned(ForgedSignature.countersignature());
            });
    add("CounterUntrusted", file, List.of(), UNTRUSTED);
  }

  private void addTimestamps() throws Exception {
    timestamped("Timestamped", t -> {});
    add(
        "TimestampExpired",
        SignedPackages.repositoryBy(
            "TimestampExpired",
            TestPki.leaf(p -> p.validity(NOW.minus(YEAR), NOW.minus(DAY))),
            LEAF_KEY,
            SignedPackages.stamp(t -> t.time = NOW.minus(DAY.multipliedBy(2))),
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
        SignedPackages.repository(
            "TimestampSpoiledUnlisted",
            f -> f.timestamp = SignedPackages.stamp(t -> t.spoiled = true)),
        List.of(),
        true,
        "ERROR NU3021");
    byte[] file =
        SignedPackages.repository(
            "TimestampUntrusted", f -> f.timestamp = SignedPackages.stamp(t -> {}));
    add("TimestampUntrusted", file, listed(LEAF), "ERROR NU3028", "WARNING NU3042");
  }

  private static final String[] UNTRUSTED = {"ERROR NU3018", "WARNING NU3027", "WARNING NU3042"};

  void add(String id, byte[] file, List<TrustedSigner> signers, String... expected) {
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

  void repository(String id, Consumer<ForgedSignature> change, String... expected)
      throws Exception {
    add(id, SignedPackages.repository(id, change), listed(LEAF), expected);
  }

  private void countersigned(
      String id,
      Consumer<ForgedSignature> change,
      Consumer<ForgedSignature> counterChange,
      String... expected)
      throws Exception {
    byte[] file =
        SignedPackages.author(
            id,
            f -> {
              f.by(
                  SignedPackages.authorCertificate(),
                  SignedPackages.AUTHOR_KEY,
                  SignedPackages.AUTHOR_ROOT);
              f.countersigned(ForgedSignature.countersignature().but(counterChange));
              change.accept(f);
            });
    add(id, file, listed(LEAF), expected);
  }

  private void timestamped(String id, Consumer<TestTsa> change, String... expected)
      throws Exception {
    byte[] file = SignedPackages.repository(id, f -> f.timestamp = SignedPackages.stamp(change));
    add(id, file, listed(LEAF), true, expected);
  }

  private void entry(String id, Consumer<TestArchives> signatureEntry, String expected)
      throws Exception {
    TestArchives archive = SignedPackages.content(id);
    signatureEntry.accept(archive);
    add(id, archive.bytes(), listed(LEAF), expected);
  }

  static List<TrustedSigner> listed(X509Certificate repository) throws Exception {
    return List.of(
        TrustedSigner.repository(SignedPackages.fingerprint(repository), true, List.of()));
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
