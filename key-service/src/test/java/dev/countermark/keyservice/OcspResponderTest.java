package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.SWIFT;
import static dev.countermark.keyservice.Fixtures.SWIFT_OPERATOR;
import static dev.countermark.keyservice.Fixtures.SWIFT_SIGNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.testkit.time.HandSetClock;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.Test;

/** Whether certificates are revoked, for clients that ask (swift reference, section 4.4). */
class OcspResponderTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
  private static final byte[] NONCE = "nonce of the test".getBytes(StandardCharsets.US_ASCII);

  private final BlobStore store = new InMemoryBlobStore();
  private final HandSetClock clock = new HandSetClock(START);
  private final KeyService service =
      Fixtures.replica(
          store,
          clock,
          Optional.empty(),
          Optional.empty(),
          Optional.of(URI.create("http://packages.example/ocsp/swift")));

  private PublicKeyVersion key() {
    return service.custodian().identity(SWIFT_SIGNER, SWIFT);
  }

  private static X509Certificate certificate(PublicKeyVersion key, int index) {
    return Certificates.read(key.certificates().get(index));
  }

  private static byte[] request(X509Certificate issuer, BigInteger serial) throws Exception {
    CertificateID id =
        new CertificateID(
            new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
            Certificates.holder(issuer),
            serial);
    Extension nonce =
        new Extension(
            OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
            false,
            new DEROctetString(new DEROctetString(NONCE)));
    return new OCSPReqBuilder()
        .addRequest(id)
        .setRequestExtensions(new Extensions(nonce))
        .build()
        .getEncoded();
  }

  private static SingleResp answer(byte[] response, X509Certificate issuer) throws Exception {
    OCSPResp parsed = new OCSPResp(response);
    assertThat(parsed.getStatus()).isEqualTo(OCSPResp.SUCCESSFUL);
    BasicOCSPResp basic = (BasicOCSPResp) parsed.getResponseObject();
    assertThat(
            basic.isSignatureValid(
                new JcaContentVerifierProviderBuilder().build(issuer.getPublicKey())))
        .isTrue();
    assertThat(basic.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce).getExtnValue())
        .isEqualTo(new DEROctetString(new DEROctetString(NONCE)));
    assertThat(basic.getResponses()).hasSize(1);
    SingleResp single = basic.getResponses()[0];
    assertThat(single.getThisUpdate()).isEqualTo(START);
    assertThat(single.getNextUpdate()).isAfter(START);
    return single;
  }

  private SingleResp ask(PublicKeyVersion key, BigInteger serial) throws Exception {
    X509Certificate issuer = certificate(key, 1);
    return answer(
        service.responder().ofKey(SWIFT_SIGNER, SWIFT, key.version(), request(issuer, serial)),
        issuer);
  }

  private static String responder(X509Certificate certificate) {
    AccessDescription access =
        AuthorityInformationAccess.fromExtensions(Certificates.holder(certificate).getExtensions())
            .getAccessDescriptions()[0];
    assertThat(access.getAccessMethod()).isEqualTo(AccessDescription.id_ad_ocsp);
    return access.getAccessLocation().getName().toString();
  }

  @Test
  void certificatesNameAnAddressOfTheirOwnAndTheRootNone() {
    PublicKeyVersion key = key();
    assertThat(responder(certificate(key, 0)))
        .isEqualTo("http://packages.example/ocsp/swift/acme/tools/1");
    assertThat(responder(certificate(key, 1)))
        .isEqualTo("http://packages.example/ocsp/swift/authority");
    assertThat(certificate(key, 2).getExtensionValue(Extension.authorityInfoAccess.getId()))
        .isNull();
  }

  @Test
  void tellsGoodFromRevokedFromUnknown() throws Exception {
    PublicKeyVersion first = key();
    BigInteger serial = certificate(first, 0).getSerialNumber();
    assertThat(ask(first, serial).getCertStatus()).isEqualTo(CertificateStatus.GOOD);
    assertThat(ask(first, serial.add(BigInteger.ONE)).getCertStatus())
        .isInstanceOf(UnknownStatus.class);

    service.custodian().rotate(SWIFT_OPERATOR, SWIFT, true);
    service.custodian().revoke(SWIFT_OPERATOR, SWIFT, 1);

    assertThat(ask(first, serial).getCertStatus())
        .isInstanceOfSatisfying(
            RevokedStatus.class, s -> assertThat(s.getRevocationTime()).isEqualTo(START));
    PublicKeyVersion second = key();
    assertThat(ask(second, certificate(second, 0).getSerialNumber()).getCertStatus())
        .isEqualTo(CertificateStatus.GOOD);
  }

  @Test
  void anotherIssuersCertificateIsUnknown() throws Exception {
    PublicKeyVersion key = key();
    byte[] response =
        service
            .responder()
            .ofKey(
                SWIFT_SIGNER,
                SWIFT,
                1,
                request(certificate(key, 2), certificate(key, 0).getSerialNumber()));
    assertThat(answer(response, certificate(key, 1)).getCertStatus())
        .isInstanceOf(UnknownStatus.class);
  }

  @Test
  void theRootAnswersForTheIntermediate() throws Exception {
    PublicKeyVersion key = key();
    byte[] response =
        service
            .responder()
            .ofAuthority(
                SWIFT_SIGNER,
                new Purpose("swift"),
                request(certificate(key, 2), certificate(key, 1).getSerialNumber()));
    assertThat(answer(response, certificate(key, 2)).getCertStatus())
        .isEqualTo(CertificateStatus.GOOD);
  }

  @Test
  void whatIsNoRequestIsMalformed() throws Exception {
    key();
    Random random = new Random(6);
    byte[] sound = request(certificate(key(), 1), BigInteger.ONE);
    for (int i = 0; i < 2_000; i++) {
      byte[] changed = sound.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      OCSPResp response = new OCSPResp(service.responder().ofKey(SWIFT_SIGNER, SWIFT, 1, changed));
      assertThat(response.getStatus()).isIn(OCSPResp.SUCCESSFUL, OCSPResp.MALFORMED_REQUEST);
    }
    assertThat(
            new OCSPResp(service.responder().ofKey(SWIFT_SIGNER, SWIFT, 1, new byte[0]))
                .getStatus())
        .isEqualTo(OCSPResp.MALFORMED_REQUEST);
  }

  @Test
  void strangersQuestionsMakeNoKeys() {
    KeyScope unknown = new KeyScope(RepositoryName.of("acme/unknown"), new Purpose("swift"));
    assertThatThrownBy(() -> service.responder().ofKey(SWIFT_SIGNER, unknown, 1, new byte[0]))
        .isInstanceOf(KeyServiceException.class);
    assertThat(store.list(KeysBucket.versions(unknown), "", 10).entries()).isEmpty();
  }

  @Test
  void thereIsNoneByDefault() {
    KeyService plain = Fixtures.replica(store, clock);
    PublicKeyVersion key = plain.custodian().identity(SWIFT_SIGNER, SWIFT);
    assertThat(certificate(key, 0).getExtensionValue(Extension.authorityInfoAccess.getId()))
        .isNull();
    assertThatThrownBy(() -> plain.responder().ofKey(SWIFT_SIGNER, SWIFT, 1, new byte[0]))
        .isInstanceOf(KeyServiceException.class)
        .hasMessageContaining("no OCSP responder");
  }
}
