package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.signature.SignatureType;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one signature of a package says, whether or not it is to be believed.
 *
 * @param countersignature false for the primary signature
 * @param subject of the signer's certificate, as RFC 2253 writes it
 * @param issuer of the signer's certificate, as RFC 2253 writes it
 * @param fingerprint SHA-256 of the signer's certificate, upper-case hexadecimal
 * @param owners of the package, in a repository's signature
 * @param signingTime as the signer claims
 * @param timestamps the times in the timestamps that can be read
 */
public record SignatureSummary(
    SignatureType type,
    boolean countersignature,
    String subject,
    String issuer,
    String fingerprint,
    Instant notBefore,
    Instant notAfter,
    Optional<URI> serviceIndex,
    List<String> owners,
    Instant signingTime,
    List<Instant> timestamps) {
  public SignatureSummary {
    owners = List.copyOf(owners);
    timestamps = List.copyOf(timestamps);
  }
}
