package dev.countermark.format.nuget.signature;

import static dev.countermark.format.nuget.TestPki.LEAF;
import static dev.countermark.format.nuget.TestPki.LEAF_KEY;
import static dev.countermark.format.nuget.TestPki.NOW;
import static dev.countermark.format.nuget.TestPki.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.zip.ByteSource;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1InputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackageSignatureTest {
  private static final URI INDEX = URI.create("https://feed.example/acme/app/nuget/v3/index.json");
  private static final RepositoryClaim CLAIM = new RepositoryClaim(INDEX, List.of("acme", "bob"));
  private static final byte[] HASH = new byte[32];
  private static final List<X509Certificate> CHAIN = TestPki.chain(LEAF);

  private static byte[] finished(SignaturePreparation preparation) {
    return preparation.finish(TestPki.sign(LEAF_KEY, preparation.digestToSign()));
  }

  private static byte[] repositoryPrimary() {
    return finished(SignaturePreparation.repositoryPrimary(HASH, CHAIN, NOW, CLAIM));
  }

  private static byte[] p7s(String vector) throws Exception {
    PackageArchive archive = PackageArchive.read(ByteSource.of(Vectors.nuget(vector)));
    return archive.signatureBytes(archive.signature().orElseThrow());
  }

  private static byte[] der(byte[] bytes) throws Exception {
    try (ASN1InputStream in = new ASN1InputStream(bytes)) {
      return in.readObject().getEncoded("DER");
    }
  }

  @Test
  void aRepositorySignatureSaysWhatItWasMadeFor() throws Exception {
    byte[] bytes = repositoryPrimary();
    assertThat(der(bytes)).isEqualTo(bytes);
    PackageSignature signature = PackageSignature.parse(bytes);
    assertThat(signature.isPrimaryGenuine()).isTrue();
    assertThat(signature.primary().type()).isEqualTo(SignatureType.REPOSITORY);
    assertThat(signature.primary().repositoryClaim()).contains(CLAIM);
    assertThat(signature.primary().signingTime()).isEqualTo(NOW);
    assertThat(signature.primary().certificate()).isEqualTo(LEAF);
    assertThat(signature.primary().hasContentType()).isTrue();
    assertThat(signature.primary().certificateReferenceObjection()).isEmpty();
    assertThat(signature.certificates()).containsExactlyInAnyOrder(LEAF, ROOT);
    assertThat(signature.content()).isEqualTo(new SignatureContent(HashAlgorithm.SHA256, HASH));
    assertThat(signature.countersigners()).isEmpty();
  }

  @Test
  void equalInputsGiveEqualBytes() {
    assertThat(repositoryPrimary()).isEqualTo(repositoryPrimary());
  }

  @Test
  void aCertificateWithoutKeyIdentifierIsNamedByItsIssuer() throws Exception {
    X509Certificate leaf = TestPki.leaf(TestPki.Profile::withoutSubjectKeyIdentifier);
    PackageSignature signature =
        PackageSignature.parse(
            finished(SignaturePreparation.authorPrimary(HASH, TestPki.chain(leaf), NOW)));
    assertThat(signature.primary().certificate()).isEqualTo(leaf);
    assertThat(signature.primary().type()).isEqualTo(SignatureType.AUTHOR);
    assertThat(signature.isPrimaryGenuine()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "newtonsoft.json.13.0.4.nupkg",
        "nuget.versioning.5.0.0.nupkg",
        "SignedPackage.1.0.0.nupkg",
        "Test.RepoCountersigned.1.0.0.nupkg",
        "Test.Reposigned.1.0.0.nupkg",
        "TestAuthorAndRepoSigned.leaf-1.1.0.0.nupkg.testdata",
        "TestPackage.AuthorSigned.1.0.0.nupkg",
        "TestRepoSigned.leaf-1.1.0.0.nupkg.testdata",
        "TestSigned.leaf-1.1.0.0.nupkg.testdata",
        "UntrustedTimestampPackage.nupkg"
      })
  void readsWhatTheOfficialToolsSigned(String vector) throws Exception {
    PackageSignature signature = PackageSignature.parse(p7s(vector));
    assertThat(signature.isPrimaryGenuine()).isTrue();
    assertThat(signature.countersigners())
        .allSatisfy(c -> assertThat(signature.isGenuine(c)).isTrue());
    PackageArchive archive = PackageArchive.read(ByteSource.of(Vectors.nuget(vector)));
    assertThat(archive.hash(signature.content().algorithm().digest()))
        .isEqualTo(signature.content().hash());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "newtonsoft.json.13.0.4.nupkg",
        "nuget.versioning.5.0.0.nupkg",
        "TestPackage.AuthorSigned.1.0.0.nupkg",
        "TestAuthorAndRepoSigned.leaf-1.1.0.0.nupkg.testdata"
      })
  void aCountersignatureLeavesTheAuthorsBytesAlone(String vector) throws Exception {
    PackageSignature before = PackageSignature.parse(p7s(vector));
    byte[] bytes =
        finished(SignaturePreparation.repositoryCountersignature(before, CHAIN, NOW, CLAIM));
    assertThat(der(bytes)).isEqualTo(bytes);
    PackageSignature after = PackageSignature.parse(bytes);
    assertThat(after.primary().type()).isEqualTo(SignatureType.AUTHOR);
    assertThat(after.primary().signatureValue()).isEqualTo(before.primary().signatureValue());
    assertThat(after.primary().timestamps())
        .usingElementComparator(Arrays::compare)
        .isEqualTo(before.primary().timestamps());
    assertThat(after.isPrimaryGenuine()).isTrue();
    assertThat(after.countersigners()).hasSize(1);
    SignerView countersigner = after.repositoryCountersigner().orElseThrow();
    assertThat(after.isGenuine(countersigner)).isTrue();
    assertThat(countersigner.repositoryClaim()).contains(CLAIM);
    assertThat(countersigner.hasContentType()).isFalse();
    assertThat(after.certificates()).containsAll(before.certificates()).contains(LEAF, ROOT);

    byte[] again =
        finished(SignaturePreparation.repositoryCountersignature(after, CHAIN, NOW, CLAIM));
    assertThat(again).isEqualTo(bytes);
    PackageSignature stripped =
        PackageSignature.parse(SignaturePreparation.withoutRepositoryCountersignatures(after));
    assertThat(stripped.countersigners()).isEmpty();
    assertThat(stripped.isPrimaryGenuine()).isTrue();
  }

  @Test
  void onlyAuthorsAreCountersigned() throws Exception {
    PackageSignature repository = PackageSignature.parse(repositoryPrimary());
    assertThatThrownBy(
            () -> SignaturePreparation.repositoryCountersignature(repository, CHAIN, NOW, CLAIM))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void openSslReadsIt(@TempDir Path folder) throws Exception {
    Path p7s = Files.write(folder.resolve("x.p7s"), repositoryPrimary());
    Process openssl;
    try {
      openssl =
          new ProcessBuilder(
                  "openssl", "cms", "-verify", "-inform", "DER", "-in", p7s.toString(), "-noverify")
              .redirectErrorStream(true)
              .start();
    } catch (java.io.IOException e) {
      System.err.println("SKIPPED: openssl is not on the PATH");
      Assumptions.abort("openssl is not on the PATH");
      return;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    openssl.getInputStream().transferTo(out);
    assertThat(openssl.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(
            new String(
                new SignatureContent(HashAlgorithm.SHA256, HASH).encode(), StandardCharsets.UTF_8))
        .contains("successful");
  }

  @Test
  void everyChangedByteIsNoticedOrMeansNothing() throws Exception {
    byte[] bytes = repositoryPrimary();
    PackageSignature sound = PackageSignature.parse(bytes);
    int accepted = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte[] tampered = bytes.clone();
      tampered[i] ^= 0x01;
      try {
        PackageSignature signature = PackageSignature.parse(tampered);
        if (signature.isPrimaryGenuine()
            && signature.primary().certificate().equals(sound.primary().certificate())) {
          // What is not signed may vary; what is signed says the same.
          assertThat(signature.content()).isEqualTo(sound.content());
          assertThat(signature.primary().repositoryClaim()).contains(CLAIM);
          accepted++;
        }
      } catch (MalformedSignatureException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    // The root's certificate is not this class's business; little else is left.
    assertThat(accepted).isLessThan(ROOT.getEncoded().length + 60);
  }

  @Test
  void damageIsRefusedAndNeverCrashes() throws Exception {
    byte[] bytes = repositoryPrimary();
    for (int seed = 0; seed < 5_000; seed++) {
      Random random = new Random(seed);
      byte[] damaged = bytes.clone();
      for (int i = 0; i <= random.nextInt(6); i++) {
        damaged[random.nextInt(random.nextBoolean() ? damaged.length : 200)] =
            (byte) random.nextInt();
      }
      try {
        PackageSignature.parse(damaged).isPrimaryGenuine();
      } catch (MalformedSignatureException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ForgedSignature.Algorithm.class)
  void onlyRsaWithSha2IsGenuine(ForgedSignature.Algorithm algorithm) throws Exception {
    PackageSignature signature =
        PackageSignature.parse(
            ForgedSignature.repository(HASH).but(f -> f.algorithm = algorithm).p7s());
    boolean supported = algorithm == ForgedSignature.Algorithm.RSA_SHA256;
    assertThat(signature.primary().hasSupportedAlgorithms()).isEqualTo(supported);
    assertThat(signature.isPrimaryGenuine()).isEqualTo(supported);
  }

  @Test
  void anUnreadableCertificateReferenceOfACountersignerIsAnObjection() throws Exception {
    byte[] bytes =
        ForgedSignature.author(HASH)
            .countersigned(ForgedSignature.countersignature().but(f -> f.essUnreadable = true))
            .p7s();
    SignerView countersigner =
        PackageSignature.parse(bytes).repositoryCountersigner().orElseThrow();
    assertThat(countersigner.certificateReferenceObjection()).isPresent();
  }

  @Test
  void whatIsTooDeepIsNeverParsed() {
    byte[] deep = new byte[1 << 19];
    for (int i = 0; i < deep.length; i += 2) {
      deep[i] = 0x30;
      deep[i + 1] = (byte) 0x80;
    }
    assertThatThrownBy(() -> PackageSignature.parse(deep))
        .isInstanceOfSatisfying(
            MalformedSignatureException.class, e -> assertThat(e.code()).isEqualTo("NU3003"));
    assertThatThrownBy(() -> PackageSignature.parse(new byte[2 << 20]))
        .isInstanceOf(MalformedSignatureException.class);
    assertThatThrownBy(() -> PackageSignature.parse(new byte[0]))
        .isInstanceOf(MalformedSignatureException.class);
  }

  @Test
  void theTextThatIsSigned() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(new byte[0]);
    SignatureContent content = new SignatureContent(HashAlgorithm.SHA256, hash);
    assertThat(new String(content.encode(), StandardCharsets.UTF_8))
        .isEqualTo(
            "Version:1\n\n2.16.840.1.101.3.4.2.1-Hash:"
                + "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n");
    assertThat(SignatureContent.parse(content.encode())).isEqualTo(content);
    String text = new String(content.encode(), StandardCharsets.UTF_8);
    assertThat(SignatureContent.parse(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Version:1",
        "Version:1\n\n",
        "Version :1\n\n",
        "Version:1\n\nx:y\n\n",
        "V:1\n\n",
        "Version:1\nVersion:1\n\n",
        "Version:1\n\n2.16.840.1.101.3.4.2.1-Hash:%%\n\n",
        "Version:1\n\n2.16.840.1.101.3.4.2.1-Hash:\n\n",
        "Version:1\n\n1.2.3-Hash:AAAA\n\n",
        "Version:1\n\n2.16.840.1.101.3.4.2.1-Hash:AAAA\n",
        "Version:1\n\n2.16.840.1.101.3.4.2.1-Hash:AAAA",
        "Version:1\n\n\n2.16.840.1.101.3.4.2.1-Hash:AAAA\n\n"
      })
  void textThatSaysNothing(String text) {
    assertThatThrownBy(() -> SignatureContent.parse(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            MalformedSignatureException.class, e -> assertThat(e.code()).isEqualTo("NU3000"));
  }

  @Test
  void textOfAnotherVersion() {
    assertThatThrownBy(
            () -> SignatureContent.parse("Version:2\n\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            MalformedSignatureException.class, e -> assertThat(e.code()).isEqualTo("NU3007"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://feed.example/index.json", "https:///x", "ftp://x/"})
  void claimsAreOverHttps(String url) {
    assertThatThrownBy(() -> new RepositoryClaim(URI.create(url), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String refusal(byte[] p7s) {
    try {
      PackageSignature.parse(p7s);
      return "none";
    } catch (MalformedSignatureException e) {
      return e.code() + " " + e.getMessage();
    }
  }

  /** What is cut off is not deep, and what is deep is not cut off. */
  @Test
  void saysWhyASignatureCannotBeRead() {
    byte[] sound = ForgedSignature.repository(new byte[32]).p7s();
    for (int length : new int[] {0, 1, 3, 100, sound.length / 2, sound.length - 1}) {
      assertThat(refusal(Arrays.copyOf(sound, length)))
          .isEqualTo(
              "NU3003 The package signature is cut off: a value is longer than what is there.");
    }
    byte[] deep = new byte[4 * 70];
    for (int i = 0; i < 70; i++) {
      deep[2 * i] = 0x30;
      deep[2 * i + 1] = (byte) 0x80;
    }
    assertThat(refusal(deep))
        .isEqualTo("NU3003 The package signature has more than 64 values in each other.");
    byte[] open = {0x30, (byte) 0x80, 0x02, 0x01, 0x01};
    assertThat(refusal(open)).contains("is cut off");
    assertThat(refusal(new byte[] {0x02, (byte) 0x80, 0, 0})).contains("is not encoded by BER");
    assertThat(refusal(new byte[(1 << 20) + 1])).contains("has 1048577 bytes: at most 1048576");
  }

  private static String objection(Consumer<ForgedSignature> change) throws Exception {
    PackageSignature signature =
        PackageSignature.parse(ForgedSignature.author(new byte[32]).but(change).p7s());
    return signature.objection(signature.primary()).orElse("none");
  }

  /** Sound work by means that nobody takes is no forgery. */
  @Test
  void saysWhyASignatureIsNotTaken() throws Exception {
    assertThat(objection(f -> {})).isEqualTo("none");
    assertThat(objection(f -> f.algorithm = ForgedSignature.Algorithm.PSS_SHA256))
        .startsWith("is made by ")
        .contains("PSS", "which is not supported", "RSA PKCS#1 v1.5");
    assertThat(objection(f -> f.algorithm = ForgedSignature.Algorithm.RSA_SHA1))
        .contains("SHA1", "which is not supported");
    assertThat(objection(f -> f.spoiled = true))
        .isEqualTo("is not genuine: the key of its certificate did not make it");
    KeyPair ec = TestPki.ec();
    X509Certificate certificate = TestPki.leaf(p -> p.key(ec));
    assertThat(
            objection(
                f -> {
                  KeyPair rsa = f.key;
                  f.by(certificate, rsa, TestPki.ROOT);
                }))
        .contains("a key for EC, which is not supported");
  }
}
