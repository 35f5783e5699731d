package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.RevokedInfo;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * Tells whether certificates that were issued here are revoked. Each certificate names an address
 * of its own, so that no register of serial numbers is needed; answers are signed by its issuer.
 * They say nothing about packages and are not in the audit log: strangers could fill it.
 *
 * @see "RFC 6960"
 */
public final class OcspResponder {
  /** A request about one certificate has a hundred bytes, with a nonce some more. */
  public static final int MAX_REQUEST = 4_096;

  private static final int MAX_QUESTIONS = 8;
  private static final Duration VALIDITY = Duration.ofHours(1);

  private final KeyRings rings;
  private final Map<Purpose, CertificateAuthority> authorities;
  private final Clock clock;

  /**
   * @param authorities of the purposes whose certificates name a responder
   */
  OcspResponder(KeyRings rings, Map<Purpose, CertificateAuthority> authorities, Clock clock) {
    this.rings = rings;
    this.authorities = Map.copyOf(authorities);
    this.clock = clock;
  }

  /**
   * Answers about the certificate of one version of a key.
   *
   * @param request DER OCSPRequest
   * @return DER OCSPResponse
   * @throws KeyServiceException {@code NOT_FOUND} when there is no such version, or no responder
   */
  public byte[] ofKey(Caller caller, KeyScope scope, int version, byte[] request) {
    CertificateAuthority authority = authority(caller, scope.purpose());
    Instant now = clock.instant();
    PublicKeyVersion key =
        rings
            .find(scope)
            .flatMap(r -> r.published(now).stream().filter(k -> k.version() == version).findFirst())
            .orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "no such version"));
    Authority issuer = authority.authority();
    if (!key.certificates().get(1).equals(Certificates.encode(issuer.certificate()))) {
      // Issued before another authority was imported: only that one could answer.
      return failed(OCSPRespBuilder.UNAUTHORIZED);
    }
    X509Certificate certificate = Certificates.read(key.certificates().get(0));
    return answer(request, issuer, certificate, key.revokedAt());
  }

  /**
   * Answers about the certificate of an own intermediate.
   *
   * @throws KeyServiceException {@code NOT_FOUND} when there is none, or no responder
   */
  public byte[] ofAuthority(Caller caller, Purpose purpose, byte[] request) {
    CertificateAuthority authority = authority(caller, purpose);
    Authority root =
        authority
            .root()
            .orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "no own intermediate"));
    return answer(request, root, authority.authority().certificate(), Optional.empty());
  }

  private CertificateAuthority authority(Caller caller, Purpose purpose) {
    if (!caller.purposes().contains(purpose)) {
      throw new KeyServiceException(
          Code.DENIED, caller.name() + " may not ask here: not this purpose");
    }
    CertificateAuthority authority = authorities.get(purpose);
    if (authority == null) {
      throw new KeyServiceException(Code.NOT_FOUND, "no OCSP responder is configured");
    }
    return authority;
  }

  private byte[] answer(
      byte[] request, Authority issuer, X509Certificate certificate, Optional<Instant> revokedAt) {
    X509CertificateHolder by = Certificates.holder(issuer.certificate());
    Date now = Date.from(clock.instant().truncatedTo(ChronoUnit.SECONDS));
    Date next = Date.from(now.toInstant().plus(VALIDITY));
    BasicOCSPRespBuilder answer = new BasicOCSPRespBuilder(new RespID(by.getSubject()));
    try {
      OCSPReq asked = new OCSPReq(request);
      Req[] questions = asked.getRequestList();
      if (questions.length < 1 || questions.length > MAX_QUESTIONS) {
        return failed(OCSPRespBuilder.MALFORMED_REQUEST);
      }
      for (Req question : questions) {
        CertificateID id = question.getCertID();
        answer.addResponse(
            id,
            isAbout(id, certificate, by) ? status(revokedAt) : new UnknownStatus(),
            now,
            next,
            null);
      }
      Extension nonce = asked.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
      if (nonce != null) {
        answer.setResponseExtensions(new Extensions(nonce));
      }
    } catch (IOException | RuntimeException e) {
      // The library reads some parts of a request only when it is asked for them.
      return failed(OCSPRespBuilder.MALFORMED_REQUEST);
    }
    try {
      return new OCSPRespBuilder()
          .build(
              OCSPRespBuilder.SUCCESSFUL,
              answer.build(new KeySigner(issuer.key()), new X509CertificateHolder[] {by}, now))
          .getEncoded();
    } catch (OCSPException | IOException e) {
      throw new IllegalStateException("cannot encode an OCSP response", e);
    }
  }

  private static boolean isAbout(
      CertificateID id, X509Certificate certificate, X509CertificateHolder issuer) {
    try {
      return id.getSerialNumber().equals(certificate.getSerialNumber())
          && id.matchesIssuer(issuer, new JcaDigestCalculatorProviderBuilder().build());
    } catch (OCSPException | OperatorCreationException e) {
      return false; // a hash that nobody knows
    }
  }

  /** Null is what Bouncy Castle calls good. */
  private static CertificateStatus status(Optional<Instant> revokedAt) {
    return revokedAt
        .<CertificateStatus>map(
            at -> new RevokedStatus(new RevokedInfo(new ASN1GeneralizedTime(Date.from(at)), null)))
        .orElse(CertificateStatus.GOOD);
  }

  private static byte[] failed(int status) {
    try {
      return new OCSPRespBuilder().build(status, null).getEncoded();
    } catch (OCSPException | IOException e) {
      throw new IllegalStateException("cannot encode an OCSP response", e);
    }
  }
}
