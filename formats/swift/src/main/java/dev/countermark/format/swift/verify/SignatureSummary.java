package dev.countermark.format.swift.verify;

import dev.countermark.format.swift.signature.CmsSignature;
import dev.countermark.format.swift.signature.SignerName;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * What one signature says, whether or not it is to be believed.
 *
 * @param over what is signed: {@code source archive}, {@code package-metadata.json} or a manifest's
 *     file name
 * @param subject of the signer's certificate, as RFC 2253 writes it
 * @param issuer of the signer's certificate, as RFC 2253 writes it
 * @param fingerprint SHA-256 of the signer's certificate, lower-case hexadecimal
 */
public record SignatureSummary(
    String over,
    SignerName signer,
    String subject,
    String issuer,
    String fingerprint,
    Instant notBefore,
    Instant notAfter) {
  static SignatureSummary of(String over, CmsSignature signature) {
    X509Certificate certificate = signature.signer();
    return new SignatureSummary(
        over,
        SignerName.of(certificate),
        certificate.getSubjectX500Principal().getName(),
        certificate.getIssuerX500Principal().getName(),
        signature.signerFingerprint(),
        certificate.getNotBefore().toInstant(),
        certificate.getNotAfter().toInstant());
  }
}
