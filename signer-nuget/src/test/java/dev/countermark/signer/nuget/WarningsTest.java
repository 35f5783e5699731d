package dev.countermark.signer.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome.Signed;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is said of packages that are signed rightly, and that clients refuse all the same. */
class WarningsTest {
  private static final String ID = "Acme.Tools";

  private final TestFeed feed = new TestFeed();

  private List<String> warnings(byte[] file) {
    feed.push(file);
    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);
    return feed.signed().warnings();
  }

  private static byte[] author(Consumer<ForgedSignature> change) throws Exception {
    return SignedPackages.author(ID, change);
  }

  @Test
  void noneOfWhatTheRepositorySignsAlone() {
    assertThat(warnings(SignedPackages.unsigned(ID))).isEmpty();
  }

  /** The countersignature makes up for the lack of trust. */
  @Test
  void noneOfAnAuthorWhomNobodyTrusts() throws Exception {
    assertThat(warnings(author(f -> {}))).isEmpty();
  }

  @Test
  void theAuthorsRootIsMissing() throws Exception {
    assertThat(warnings(author(f -> f.certificates.remove(TestPki.ROOT))))
        .singleElement()
        .asString()
        .startsWith("NU3012: ")
        .contains("PartialChain", "Test Signing Root", "unless they trust a root");
  }

  @Test
  void theAuthorsTimestampIsOfAPrivateAuthority() throws Exception {
    assertThat(warnings(author(f -> f.timestamp = new TestTsa()::token)))
        .singleElement()
        .asString()
        .startsWith("NU3028: ")
        .contains("dotnet nuget verify");
  }

  @Test
  void theAuthorsTimestampCannotBeRead() throws Exception {
    TestTsa authority = new TestTsa();
    authority.spoiled = true;

    assertThat(warnings(author(f -> f.timestamp = authority::token)))
        .first()
        .asString()
        .startsWith("NU3021: ");
  }

  @Test
  void theAuthorsKeyIsTooShort() throws Exception {
    KeyPair shortKey = TestPki.rsa(1024);
    X509Certificate weak = TestPki.leaf(p -> p.key(shortKey));

    assertThat(warnings(author(f -> f.by(weak, shortKey, TestPki.ROOT))))
        .singleElement()
        .asString()
        .startsWith("NU3014: ")
        .contains("Clients that demand signatures refuse the package.");
  }

  @Test
  void theAuthorsCertificateHasExpired() throws Exception {
    X509Certificate expired =
        TestPki.leaf(
            p ->
                p.validity(
                    TestPki.NOW.minus(Duration.ofDays(9)), TestPki.NOW.minus(Duration.ofDays(1))));

    assertThat(warnings(author(f -> f.by(expired, TestPki.LEAF_KEY, TestPki.ROOT))))
        .singleElement()
        .asString()
        .startsWith("NU3037: ");
  }

  /** The configuration that the repository hands out lists its own certificates. */
  @Test
  void theSignatureOfAnotherRepositoryIsKept() throws Exception {
    feed.settings(SignaturePolicy.KEEP_VALID_FOREIGN, TimestampPolicy.NONE);

    assertThat(warnings(SignedPackages.repository(ID, f -> {})))
        .anySatisfy(w -> assertThat(w).startsWith("NU3034: "));
  }

  @Test
  void theAuthorityOfTheInstallationIsPrivate() throws Exception {
    TimestampAuthority authority = TimestampAuthority.sound(new TestTsa());
    try {
      feed.authorities = List.of(authority.address());
      feed.settings(SignaturePolicy.RESIGN, TimestampPolicy.REQUIRED);

      assertThat(warnings(SignedPackages.unsigned(ID)))
          .singleElement()
          .asString()
          .startsWith("NU3028: ");
    } finally {
      authority.close();
    }
  }
}
