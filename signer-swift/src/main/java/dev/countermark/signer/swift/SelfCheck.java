package dev.countermark.signer.swift;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.manifest.MalformedManifestSignatureException;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.signature.HashAlgorithm;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import dev.countermark.format.swift.verify.VerificationReport;
import dev.countermark.signer.service.SignerIdentity;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Nothing is published that a consumer would refuse; failing here is a bug of ours. */
final class SelfCheck {
  private final SignerIdentity signer;
  private final Instant at;
  private final ReleaseVerifier verifier;

  /**
   * @param signer who must have signed everything
   */
  SelfCheck(SignerIdentity signer, Instant at) {
    this.signer = signer;
    this.at = at;
    this.verifier = new ReleaseVerifier(CertificatePolicy.at(at, List.of(signer.root())));
  }

  /**
   * Looks at the archive's signature, and at manifests that were signed with it.
   *
   * @param uploaded the manifests as they came, in the release's order; empty when they were not
   *     signed anew
   * @throws Failure.Transient when the key's certificates are not valid now: others will follow
   */
  void requireSound(ReleaseRecord record, SignedRelease release, List<Manifest> uploaded) {
    if (!signer.chain().stream().allMatch(this::isValid)) {
      throw new Failure.Transient(
          Obstacle.KEY_NOT_IN_FORCE,
          "the certificates of " + record.repository() + " are not valid now",
          null);
    }
    try {
      VerificationReport report =
          verifier.archive(hash(release), Optional.of(release.signature()).map(Bytes::toArray));
      for (int i = 0; i < uploaded.size(); i++) {
        SignedManifest manifest = release.manifests().get(i);
        byte[] bytes = manifest.content().toArray();
        report = report.and(verifier.manifest(manifest.file(), bytes));
        if (!Arrays.equals(ManifestSignature.strip(bytes), uploaded.get(i).bytes())) {
          throw bug(record, "another " + manifest.file() + " was signed", null);
        }
      }
      boolean ours =
          report.signatures().stream().allMatch(s -> s.fingerprint().equals(signer.fingerprint()));
      if (!report.accepted() || !ours) {
        throw bug(record, report.findings().toString(), null);
      }
    } catch (IOException | MalformedManifestSignatureException e) {
      throw bug(record, e.getMessage(), e);
    }
  }

  private boolean isValid(X509Certificate certificate) {
    return !at.isBefore(certificate.getNotBefore().toInstant())
        && !at.isAfter(certificate.getNotAfter().toInstant());
  }

  /** What we sign is hashed by SHA-256 and nothing else. */
  private static ContentHash hash(SignedRelease release) {
    return algorithm -> {
      if (algorithm != HashAlgorithm.SHA256) {
        throw new IOException("signed by another hash than SHA-256");
      }
      return HexFormat.of().parseHex(release.sha256());
    };
  }

  private static IllegalStateException bug(ReleaseRecord record, String why, Throwable cause) {
    return new IllegalStateException(
        "the signatures made for " + record.identity() + " do not verify: " + why, cause);
  }
}
