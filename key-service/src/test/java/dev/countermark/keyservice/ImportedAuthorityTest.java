package dev.countermark.keyservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.keyservice.Forge.Issued;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which authorities are taken, and what is said of those that are not. */
class ImportedAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final KeyPair KEYS = Forge.rsa(2_048);
  private static final KeyPair ROOT_KEYS = Forge.rsa(2_048);

  private static Forge.Request root() {
    return Forge.authority("Root").keys(ROOT_KEYS);
  }

  private static Forge.Request issuing() {
    return Forge.authority("Issuing").keys(KEYS);
  }

  private static void assertRefused(String why, Issued... chain) {
    assertThatThrownBy(() -> Forge.imported(NOW, chain))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void takesARootInPem() {
    Issued root = root().selfSigned();
    Authority authority = Forge.imported(NOW, root).authority();
    assertThat(authority.encodedChain()).containsExactly(Forge.der(root));
    assertThat(authority.key().spki().toArray()).isEqualTo(ROOT_KEYS.getPublic().getEncoded());
  }

  @Test
  void takesAnIntermediateWithItsChain() {
    Issued root = root().constraints(new BasicConstraints(1)).selfSigned();
    Issued issuing = issuing().constraints(new BasicConstraints(0)).issuedBy(root);
    assertThat(Forge.imported(NOW, issuing, root).authority().encodedChain())
        .containsExactly(Forge.der(issuing), Forge.der(root));
  }

  @Test
  void takesAKeyInTheFormOfPkcs1() throws Exception {
    Issued root = root().selfSigned();
    byte[] pkcs1 =
        PrivateKeyInfo.getInstance(ROOT_KEYS.getPrivate().getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();
    byte[] pem = Forge.pem("RSA PRIVATE KEY", pkcs1);
    assertThat(ImportedAuthority.pem(Fixtures.RSA, pem, Forge.pem(root), NOW).authority().chain())
        .hasSize(1);
  }

  @Test
  void takesPkcs12() {
    Issued root = root().selfSigned();
    Issued issuing = issuing().issuedBy(root);
    byte[] file = Forge.pkcs12("secret", List.of(issuing, root));
    assertThat(
            ImportedAuthority.pkcs12(Fixtures.RSA, file, "secret".toCharArray(), NOW)
                .authority()
                .encodedChain())
        .containsExactly(Forge.der(issuing), Forge.der(root));
  }

  @Test
  void takesAuthoritiesForCodeSigningOrForEverything() {
    for (KeyPurposeId purpose :
        List.of(KeyPurposeId.id_kp_codeSigning, KeyPurposeId.anyExtendedKeyUsage)) {
      Issued root = root().purpose(purpose).selfSigned();
      assertThat(Forge.imported(NOW, root).authority().chain()).hasSize(1);
    }
  }

  @Test
  void doesNotMindHowARootSignedItself() {
    Issued root = root().signature("SHA1withRSA").selfSigned();
    assertThat(Forge.imported(NOW, root).authority().chain()).hasSize(1);
  }

  @Test
  void refusesACertificateOfAnotherKey() {
    Issued root = root().selfSigned();
    byte[] key = Forge.pem(KEYS);
    assertThatThrownBy(() -> ImportedAuthority.pem(Fixtures.RSA, key, Forge.pem(root), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not that of the key");
  }

  @Test
  void refusesACertificateThatIsNoAuthoritys() {
    assertRefused(
        "CN=Root is not the certificate of an authority",
        root().constraints(new BasicConstraints(false)).selfSigned());
    assertRefused(
        "CN=Root is not the certificate of an authority",
        root().usage(KeyUsage.digitalSignature).selfSigned());
  }

  @Test
  void refusesAnAuthorityBelowOneThatAllowsNone() {
    Issued root = root().constraints(new BasicConstraints(0)).selfSigned();
    assertRefused("CN=Root allows only 0 authorities below it", issuing().issuedBy(root), root);
  }

  @Test
  void refusesKeysThatClientsRefuse() {
    assertRefused(
        "CN=Root has no RSA key of 2048 bits", root().keys(Forge.rsa(1_024)).selfSigned());
    Issued elliptic = root().keys(Forge.ec()).signature("SHA256withECDSA").selfSigned();
    assertRefused("not an RSA key", elliptic);
    assertRefused(
        "CN=Issuing is signed with SHA256withECDSA",
        issuing().signature("SHA256withECDSA").issuedBy(elliptic),
        elliptic);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA1withRSA", "SHA256withRSAandMGF1"})
  void refusesSignaturesThatClientsRefuse(String algorithm) {
    Issued root = root().selfSigned();
    assertRefused("CN=Issuing is signed with", issuing().signature(algorithm).issuedBy(root), root);
  }

  @Test
  void refusesAnAuthorityOutsideItsTime() {
    Duration year = Duration.ofDays(365);
    assertRefused("CN=Root expired at", root().validity(NOW.minus(year), year).selfSigned());
    assertRefused(
        "CN=Root is not valid before 2026-11-24T12:00:01Z",
        root().validity(NOW.plusSeconds(1), year).selfSigned());
    Issued expired = root().validity(NOW.minus(year), year).selfSigned();
    assertRefused("CN=Root expired at", issuing().issuedBy(expired), expired);
  }

  @Test
  void refusesAnAuthorityForSomethingElse() {
    Issued root = root().purpose(KeyPurposeId.id_kp_serverAuth).selfSigned();
    assertRefused("extended key usage without code signing", root);
    assertRefused(
        "CN=Root has an extended key usage without code signing", issuing().issuedBy(root), root);
  }

  @Test
  void refusesAChainWithoutItsRoot() {
    Issued root = root().selfSigned();
    assertRefused(
        "the chain must end with the root: CN=Issuing was issued by CN=Root",
        issuing().issuedBy(root));
  }

  @Test
  void refusesAChainOfStrangers() {
    Issued root = root().selfSigned();
    Issued namesake = Forge.authority("Root").selfSigned();
    Issued other = Forge.authority("Other").keys(ROOT_KEYS).selfSigned();
    Issued issuing = issuing().issuedBy(root);
    assertRefused("CN=Root did not issue CN=Issuing", issuing, namesake);
    assertRefused("CN=Other did not issue CN=Issuing", issuing, other);
    assertRefused("CN=Issuing did not issue CN=Issuing", issuing, issuing, root);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not PEM",
        "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"
      })
  void refusesAKeyFileThatHoldsNoKey(String key) {
    byte[] chain = Forge.pem(root().selfSigned());
    assertThatThrownBy(
            () ->
                ImportedAuthority.pem(
                    Fixtures.RSA, key.getBytes(StandardCharsets.US_ASCII), chain, NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not PEM",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"
      })
  void refusesACertificateFileThatHoldsNone(String chain) {
    byte[] key = Forge.pem(ROOT_KEYS);
    assertThatThrownBy(
            () ->
                ImportedAuthority.pem(
                    Fixtures.RSA, key, chain.getBytes(StandardCharsets.US_ASCII), NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesPkcs12ThatDoesNotOpenOrHoldsNoKey() {
    byte[] file = Forge.pkcs12("secret", List.of(root().selfSigned()));
    assertThatThrownBy(
            () -> ImportedAuthority.pkcs12(Fixtures.RSA, file, "wrong".toCharArray(), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot read the PKCS#12 file")
        .hasMessageNotContaining("wrong ");
    assertThatThrownBy(
            () -> ImportedAuthority.pkcs12(Fixtures.RSA, new byte[9], "x".toCharArray(), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot read the PKCS#12 file");
    byte[] empty = Forge.pkcs12("secret", List.of());
    assertThatThrownBy(
            () -> ImportedAuthority.pkcs12(Fixtures.RSA, empty, "secret".toCharArray(), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds 0 private keys");
  }
}
