package dev.countermark.signer.swift;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Refusal;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.AuthorSignature;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.Signer;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.signature.HashAlgorithm;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.format.swift.verify.Finding;
import dev.countermark.format.swift.verify.Finding.Kind;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import dev.countermark.format.swift.verify.Severity;
import dev.countermark.format.swift.verify.SignatureSummary;
import dev.countermark.format.swift.verify.VerificationReport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The signatures that a release came with: all must be genuine, and their signers trusted as of the
 * push. The client itself takes manifests of anybody beside a trusted archive; we do not.
 *
 * @param manifests as the author signed them
 * @param signer who signed the archive
 * @param warnings what clients will object to all the same, for people
 */
record AuthorCheck(List<SignedManifest> manifests, Signer signer, List<String> warnings) {
  /** Names in certificates are as long as their makers like, characters. */
  private static final int LONGEST = 300;

  private static final Set<Kind> OF_TRUST = EnumSet.of(Kind.CERTIFICATE, Kind.UNTRUSTED);

  /**
   * @param archive as it was pushed
   * @param manifests that are in it
   * @throws Failure.Permanent when a signature is broken or missing, or the repository does not
   *     trust its signer
   */
  static AuthorCheck of(
      ReleaseRecord record, ContentHash archive, List<Manifest> manifests, SwiftSettings settings)
      throws IOException {
    AuthorSignature author = record.author().orElseThrow();
    List<X509Certificate> roots = certificates(settings.authorRoots());
    ReleaseVerifier verifier =
        new ReleaseVerifier(CertificatePolicy.at(record.acceptedAt(), roots));
    ReleaseVerifier others =
        new ReleaseVerifier(CertificatePolicy.at(record.acceptedAt(), withoutIssuers(roots)));
    ContentHash once = once(archive);
    Set<String> warnings = new LinkedHashSet<>();
    // Who is replaced anyway needs nobody to vouch for, where nobody does.
    boolean anybody =
        settings.authors() == AuthorPolicy.REPLACE && settings.authorRoots().isEmpty();
    Optional<byte[]> detached = Optional.of(author.archive().toArray());
    VerificationReport whole = verifier.archive(once, detached);
    Signer signer = signer(record, whole, anybody);
    warn(whole, others.archive(once, detached), warnings);
    List<SignedManifest> signed = new ArrayList<>();
    for (Manifest manifest : manifests) {
      VerificationReport report = verifier.manifest(manifest.file(), manifest.bytes());
      warn(report, others.manifest(manifest.file(), manifest.bytes()), warnings);
      signed.add(
          new SignedManifest(
              manifest.file(),
              manifest.toolsVersion().toString(),
              Bytes.of(manifest.bytes()),
              signer(record, report, anybody)));
    }
    if (author.metadata().isPresent()) {
      byte[] metadata = record.metadata().map(Bytes::toArray).orElse(new byte[0]);
      signer(record, verifier.metadata(metadata, author.metadata().map(Bytes::toArray)), anybody);
    }
    return new AuthorCheck(signed, signer, List.copyOf(warnings));
  }

  /** A large archive is read once for all that judge it. */
  private static ContentHash once(ContentHash archive) {
    Map<HashAlgorithm, byte[]> known = new EnumMap<>(HashAlgorithm.class);
    return algorithm -> {
      byte[] hash = known.get(algorithm);
      if (hash == null) {
        hash = archive.by(algorithm);
        known.put(algorithm, hash);
      }
      return hash;
    };
  }

  /** Clients have the roots of authorities, and rarely what lies below them. */
  private static List<X509Certificate> withoutIssuers(List<X509Certificate> roots) {
    return roots.stream()
        .filter(r -> r.getSubjectX500Principal().equals(r.getIssuerX500Principal()))
        .toList();
  }

  /**
   * @param report by all whom the repository trusts
   * @param others by roots alone
   */
  private static void warn(
      VerificationReport report, VerificationReport others, Set<String> warnings) {
    report.findings().stream()
        .filter(f -> f.severity() == Severity.WARNING)
        .map(Finding::message)
        .forEach(warnings::add);
    if (report.accepted() && !others.accepted()) {
      String vouching =
          report.vouching().stream()
              .map(c -> c.getSubjectX500Principal().getName())
              .collect(Collectors.joining(" or "));
      warnings.add(
          report.signatures().get(0).over()
              + ": the author's signature does not lead to a root: clients refuse it unless "
              + (vouching.length() > LONGEST ? vouching.substring(0, LONGEST) + "..." : vouching)
              + " is among the certificates that they trust. Sign with the whole chain"
              + " (--cert-chain-paths).");
    }
  }

  private static List<X509Certificate> certificates(List<Bytes> roots) {
    try {
      CertificateFactory x509 = CertificateFactory.getInstance("X.509");
      List<X509Certificate> certificates = new ArrayList<>();
      for (Bytes root : roots) {
        certificates.add(
            (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(root.toArray())));
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IllegalStateException("an author's root of the settings cannot be read", e);
    }
  }

  /**
   * @param anybody whether it does not matter who it is
   */
  private static Signer signer(ReleaseRecord record, VerificationReport report, boolean anybody) {
    for (Finding finding : report.findings()) {
      boolean ofTrust = OF_TRUST.contains(finding.kind());
      if (finding.severity() == Severity.ERROR && !(anybody && ofTrust)) {
        throw new Failure.Permanent(
            ofTrust ? Refusal.SIGNATURE_POLICY : Refusal.INVALID_SIGNATURE, finding.message());
      }
    }
    SignatureSummary signature = report.signatures().get(0);
    return new Signer(
        SignedBy.AUTHOR, 0, signature.fingerprint(), signature.notAfter(), record.acceptedAt());
  }
}
