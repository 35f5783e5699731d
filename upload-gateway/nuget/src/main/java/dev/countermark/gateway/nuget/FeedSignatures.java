package dev.countermark.gateway.nuget;

import dev.countermark.gateway.kit.CacheableDocuments;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.security.cert.CertificateEncodingException;

/**
 * Answers what clients must know of a feed's signatures: the certificates, and whether all are
 * signed.
 */
final class FeedSignatures {
  private final SigningCertificates certificates;
  private final SignedAudit audit;

  FeedSignatures(SigningCertificates certificates, SignedAudit audit) {
    this.certificates = certificates;
    this.audit = audit;
  }

  Response document(FeedRequest request) {
    String version = request.route().detail();
    if (!request.at().secure() || !ServiceIndex.SIGNATURES.contains(version)) {
      throw FeedDialect.notFound("The feed has no such address.");
    }
    // Clients that ask for the older ones could not install anything.
    boolean allSigned =
        version.equals("5.0.0")
            && request.granted().settings().announceAllSigned()
            && audit.allSigned(request.name());
    return FeedAnswers.cacheable(
        request,
        certificates.document(request.at(), certificates.of(request.name()), allSigned),
        MediaType.APPLICATION_JSON,
        CacheableDocuments.CURRENT_SECONDS);
  }

  Response certificate(FeedRequest request) {
    SigningCertificates.Entry entry =
        certificates
            .find(request.name(), request.route().detail())
            .orElseThrow(() -> FeedDialect.notFound("There is no such certificate."));
    try {
      return FeedAnswers.cacheable(
          request,
          entry.certificate().getEncoded(),
          "application/pkix-cert",
          CacheableDocuments.FIXED_SECONDS);
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that cannot be encoded", e);
    }
  }
}
