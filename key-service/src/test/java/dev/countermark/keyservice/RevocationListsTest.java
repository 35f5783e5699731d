package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_OPERATOR;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.SWIFT;
import static dev.countermark.keyservice.Fixtures.SWIFT_SIGNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.Purposes;
import dev.countermark.keyservice.KeyServiceException.Code;
import dev.countermark.testkit.time.HandSetClock;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.X509CRLHolder;
import org.junit.jupiter.api.Test;

/** Which certificates are revoked, for clients that fetch lists. */
class RevocationListsTest {
  private static final Instant START = Instant.parse("2026-11-24T12:20:00Z");
  private static final String ADDRESS = "http://packages.example/acme/tools/keys/nuget/revoked.crl";

  private final BlobStore store = new InMemoryBlobStore();
  private final HandSetClock clock = new HandSetClock(START);
  private final KeyService service = listing(Optional.empty());
  private final KeyCustodian custodian = service.custodian();

  private KeyService listing(Optional<ImportedAuthority> imported) {
    Map<Purpose, KeyPolicy> policies = new HashMap<>();
    Purposes.found()
        .forEach(
            (purpose, terms) ->
                policies.put(
                    purpose,
                    new KeyPolicy(
                        terms,
                        2_048,
                        2_048,
                        "Example",
                        imported.filter(it -> purpose.equals(NUGET.purpose())),
                        Optional.of(URI.create("http://packages.example/"))
                            .filter(it -> purpose.equals(NUGET.purpose())))));
    return Fixtures.replica(store, clock, policies);
  }

  private static X509Certificate certificate(PublicKeyVersion key, int index) {
    return Certificates.read(key.certificates().get(index));
  }

  private X509CRL list() throws Exception {
    return list(service.revocations().of(NUGET_SIGNER, NUGET));
  }

  private static X509CRL list(byte[] der) throws Exception {
    return (X509CRL)
        CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
  }

  @Test
  void isNamedByCertificatesAndSignedByTheirIssuer() throws Exception {
    PublicKeyVersion key = custodian.identity(NUGET_SIGNER, NUGET);
    CRLDistPoint named =
        CRLDistPoint.fromExtensions(Certificates.holder(certificate(key, 0)).getExtensions());
    assertThat(named.getDistributionPoints()).hasSize(1);

    byte[] der = service.revocations().of(NUGET_SIGNER, NUGET);
    X509CRL list = list(der);

    list.verify(certificate(key, 1).getPublicKey());
    assertThat(list.getIssuerX500Principal())
        .isEqualTo(certificate(key, 0).getIssuerX500Principal());
    assertThat(list.getRevokedCertificates()).isNull();
    assertThat(list.getThisUpdate()).isBefore(Date.from(START));
    assertThat(list.getNextUpdate()).isAfter(Date.from(START.plus(Duration.ofHours(4))));
    Extension scope = new X509CRLHolder(der).getExtension(Extension.issuingDistributionPoint);
    assertThat(scope.isCritical()).isTrue();
    assertThat(IssuingDistributionPoint.getInstance(scope.getParsedValue()).getDistributionPoint())
        .isEqualTo(named.getDistributionPoints()[0].getDistributionPoint());
    assertThat(named.getDistributionPoints()[0].toString()).contains(ADDRESS);
  }

  @Test
  void tellsOfEveryRevokedVersionAndOfNoOther() throws Exception {
    PublicKeyVersion first = custodian.identity(NUGET_SIGNER, NUGET);
    custodian.versions(NUGET_SIGNER, NUGET);
    custodian.rotate(NUGET_OPERATOR, NUGET, true);
    X509CRL before = list();
    custodian.revoke(NUGET_OPERATOR, NUGET, 1);
    PublicKeyVersion second = custodian.identity(NUGET_SIGNER, NUGET);

    X509CRL list = list();

    assertThat(list.getRevokedCertificates()).hasSize(1);
    assertThat(list.getRevokedCertificate(certificate(first, 0)).getRevocationDate())
        .isEqualTo(START);
    assertThat(list.isRevoked(certificate(second, 0))).isFalse();
    assertThat(before.isRevoked(certificate(first, 0))).isFalse();
    assertThat(list.getExtensionValue("2.5.29.20"))
        .as("CRL number")
        .isNotEqualTo(before.getExtensionValue("2.5.29.20"));
  }

  @Test
  void isTheSameFromEveryReplicaUntilTheHourIsOver() throws Exception {
    custodian.identity(NUGET_SIGNER, NUGET);
    byte[] here = service.revocations().of(NUGET_SIGNER, NUGET);
    clock.advance(Duration.ofMinutes(39));
    assertThat(listing(Optional.empty()).revocations().of(NUGET_SIGNER, NUGET)).isEqualTo(here);
    clock.advance(Duration.ofMinutes(1));
    X509CRL next = list();
    assertThat(next.getNextUpdate())
        .isEqualTo(list(here).getNextUpdate().toInstant().plusSeconds(3600));
  }

  @Test
  void isAboutCertificatesOfItsIssuerOnly() throws Exception {
    custodian.identity(NUGET_SIGNER, NUGET);
    Forge.Issued root = Forge.authority("Corporate Root").selfSigned();
    KeyService later = listing(Optional.of(Forge.imported(START, root)));
    later.custodian().rotate(NUGET_OPERATOR, NUGET, true);
    later.custodian().revoke(NUGET_OPERATOR, NUGET, 1);

    X509CRL list = list(later.revocations().of(NUGET_SIGNER, NUGET));

    list.verify(root.keys().getPublic());
    assertThat(list.getRevokedCertificates()).isNull();
  }

  @Test
  void isNeitherMadeForStrangersNorWhereThereIsNoKeyOrNoneIsNamed() {
    assertRefused(NUGET_SIGNER, NUGET, Code.NOT_FOUND);
    KeyScope unknown = new KeyScope(new RepositoryName("no", "body"), new Purpose("nuget"));
    assertRefused(NUGET_SIGNER, unknown, Code.NOT_FOUND);
    assertThat(store.list(KeysBucket.versions(unknown), "", 10).entries()).isEmpty();
    custodian.identity(NUGET_SIGNER, NUGET);
    assertRefused(SWIFT_SIGNER, NUGET, Code.DENIED);
    service.custodian().identity(SWIFT_SIGNER, SWIFT);
    assertRefused(SWIFT_SIGNER, SWIFT, Code.NOT_FOUND);
    PublicKeyVersion unlisted =
        Fixtures.replica(new InMemoryBlobStore(), clock).custodian().identity(NUGET_SIGNER, NUGET);
    assertThat(certificate(unlisted, 0).getExtensionValue("2.5.29.31")).isNull();
  }

  private void assertRefused(Caller caller, KeyScope scope, Code code) {
    assertThatThrownBy(() -> service.revocations().of(caller, scope))
        .isInstanceOfSatisfying(
            KeyServiceException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
