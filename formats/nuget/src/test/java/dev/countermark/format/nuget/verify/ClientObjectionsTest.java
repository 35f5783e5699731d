package dev.countermark.format.nuget.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.zip.ByteSource;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What clients say is known before any client says it, and hangs on the roots that they have. */
class ClientObjectionsTest {
  private static final KeyPair AUTHOR = TestPki.rsa(2048);
  private static final X509Certificate CERTIFICATE = TestPki.leaf(p -> p.key(AUTHOR));

  private Collection<X509Certificate> signers = List.of();
  private Collection<X509Certificate> authorities = List.of();

  private List<String> objections(Consumer<ForgedSignature> change) throws Exception {
    byte[] file =
        SignedPackages.author(
            "Objections",
            f -> {
              f.by(CERTIFICATE, AUTHOR, TestPki.ROOT);
              f.countersigned(ForgedSignature.countersignature());
              change.accept(f);
            });
    PackageArchive archive = PackageArchive.read(ByteSource.of(file));
    PackageSignature signature =
        PackageSignature.parse(archive.signatureBytes(archive.signature().orElseThrow()));
    return new ClientObjections(signers, authorities)
        .of(
            signature,
            Optional.of(TrustedSigner.repository(Fingerprint.of(TestPki.LEAF), true, List.of())),
            TestPki.NOW);
  }

  @Test
  void aRootThatClientsHaveNeedsNotBeInTheSignature() throws Exception {
    Consumer<ForgedSignature> withoutRoots =
        f -> {
          f.certificates.remove(TestPki.ROOT);
          f.countersigners.forEach(c -> c.certificates.remove(TestPki.ROOT));
        };
    assertThat(objections(withoutRoots)).isNotEmpty().allMatch(o -> o.startsWith("NU3012: "));

    signers = List.of(TestPki.ROOT);
    assertThat(objections(withoutRoots)).isEmpty();
  }

  @Test
  void anAuthorityThatClientsTrustIsNoMatter() throws Exception {
    Consumer<ForgedSignature> stamped = f -> f.timestamp = new TestTsa()::token;
    assertThat(objections(stamped)).hasSize(1).allMatch(o -> o.startsWith("NU3028: "));

    authorities = List.of(TestTsa.ROOT);
    assertThat(objections(stamped)).isEmpty();
  }

  @Test
  void whatHangsOnNoRootIsSaidWithoutReserve() throws Exception {
    KeyPair tooShort = TestPki.rsa(1024);

    assertThat(objections(f -> f.by(TestPki.leaf(p -> p.key(tooShort)), tooShort, TestPki.ROOT)))
        .containsExactly(
            "NU3014: The author primary signature's certificate has a key that is not RSA of 2048"
                + " bits or more. Clients that demand signatures refuse the package.");
  }

  @Test
  void namesAreCutShort() throws Exception {
    X509Certificate other =
        TestPki.root(",OU=and so on".repeat(500).substring(1), TestPki.ROOT_KEY);
    X509Certificate leaf =
        TestPki.leaf(p -> p.key(AUTHOR).issuer(other, TestPki.ROOT_KEY, "SHA256withRSA"));

    assertThat(objections(f -> f.by(leaf, AUTHOR))).isNotEmpty().allMatch(o -> o.length() < 600);
  }
}
