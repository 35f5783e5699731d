package dev.countermark.gateway.swift;

import dev.countermark.contracts.Bytes;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.AuthorSignature;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.format.swift.archive.ArchiveLimits;
import dev.countermark.format.swift.archive.InvalidArchiveException;
import dev.countermark.format.swift.archive.SourceArchive;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.metadata.InvalidMetadataException;
import dev.countermark.format.swift.metadata.PackageMetadata;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.format.swift.verify.Finding;
import dev.countermark.format.swift.verify.Finding.Kind;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import dev.countermark.format.swift.verify.Severity;
import dev.countermark.format.swift.verify.SignatureSummary;
import dev.countermark.format.swift.verify.VerificationReport;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Looks whether what is published is a package that clients can use, and whether its author's
 * signatures are what the repository takes.
 *
 * @see "swift reference, sections 2, 4.2 and 6"
 */
final class ArchiveCheck {
  private final ArchiveLimits limits;
  private final Clock clock;
  private final LongConsumer memory;

  ArchiveCheck(ArchiveLimits limits, Clock clock) {
    this(limits, clock, bytes -> {});
  }

  /**
   * @param memory told of the bytes of a central directory before it is read; may refuse by
   *     throwing
   */
  ArchiveCheck(ArchiveLimits limits, Clock clock, LongConsumer memory) {
    this.memory = memory;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * What was found.
   *
   * @param author the author's signatures, which were verified
   * @param vouching those of the repository's author roots that vouch for them, DER
   * @param warnings for whoever publishes
   */
  record Checked(Optional<AuthorSignature> author, List<Bytes> vouching, List<String> warnings) {}

  /**
   * @throws Failed 422 when it is no such package
   */
  Checked check(ReleaseForm form, SwiftSettings settings) throws IOException {
    if (form.archiveSignature().isEmpty() && settings.authors() == AuthorPolicy.REQUIRE) {
      throw SwiftDialect.unprocessable(
          "This registry takes only releases that their authors signed: publish with"
              + " --private-key-path and --cert-chain-paths.");
    }
    checkMetadata(form);
    ByteSource source = ByteSource.drawing(ByteSource.of(form.archive().channel()), memory);
    try {
      SourceArchive archive = SourceArchive.read(source, limits);
      List<String> warnings = new ArrayList<>(archive.warnings());
      if (form.archiveSignature().isEmpty()) {
        return new Checked(Optional.empty(), List.of(), warnings);
      }
      VerificationReport report = report(form, source, archive, settings);
      refuse(report, settings);
      report.findings().stream()
          .filter(f -> f.severity() == Severity.WARNING)
          .map(Finding::message)
          .forEach(warnings::add);
      return new Checked(Optional.of(author(form, report)), vouching(report), warnings);
    } catch (InvalidArchiveException e) {
      throw SwiftDialect.unprocessable(e.getMessage());
    }
  }

  private static void checkMetadata(ReleaseForm form) {
    if (form.metadata().isPresent()) {
      try {
        PackageMetadata.parse(form.metadata().get().toArray(), form.metadata().get().length());
      } catch (InvalidMetadataException e) {
        throw SwiftDialect.unprocessable(e.getMessage());
      }
    }
  }

  private VerificationReport report(
      ReleaseForm form, ByteSource source, SourceArchive archive, SwiftSettings settings)
      throws IOException {
    ReleaseVerifier verifier =
        new ReleaseVerifier(CertificatePolicy.at(clock.instant(), roots(settings)));
    Map<String, byte[]> manifests = new HashMap<>();
    for (Manifest manifest : archive.manifests()) {
      manifests.put(manifest.file(), manifest.bytes());
    }
    VerificationReport report =
        verifier.release(
            ContentHash.of(form.archive().hash("SHA-256"), source),
            form.archiveSignature().map(Bytes::toArray),
            manifests);
    return form.metadata().isEmpty()
        ? report
        : report.and(
            verifier.metadata(
                form.metadata().get().toArray(), form.metadataSignature().map(Bytes::toArray)));
  }

  private static List<X509Certificate> roots(SwiftSettings settings) {
    try {
      CertificateFactory x509 = CertificateFactory.getInstance("X.509");
      List<X509Certificate> roots = new ArrayList<>();
      for (Bytes root : settings.authorRoots()) {
        roots.add(
            (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(root.toArray())));
      }
      return roots;
    } catch (CertificateException e) {
      throw new IllegalStateException("settings with something else than certificates", e);
    }
  }

  /** Where the signature is only evidence, and nobody says whom to trust, anybody's is good. */
  private static void refuse(VerificationReport report, SwiftSettings settings) {
    boolean nobodyIsTrusted = settings.authorRoots().isEmpty();
    for (Finding finding : report.findings()) {
      if (finding.severity() != Severity.ERROR) {
        continue;
      }
      if (finding.kind() != Kind.UNTRUSTED || !nobodyIsTrusted) {
        throw SwiftDialect.unprocessable("The author's signature is refused: " + finding.message());
      }
      if (settings.authors() != AuthorPolicy.REPLACE) {
        throw SwiftDialect.unprocessable(
            "The registry cannot keep an author's signature, because it knows no author's root: have"
                + " its administrator set swift.authorRoots, or swift.authors to replace; or publish"
                + " without a signature.");
      }
    }
  }

  private static List<Bytes> vouching(VerificationReport report) {
    try {
      List<Bytes> roots = new ArrayList<>();
      for (X509Certificate root : report.vouching()) {
        roots.add(Bytes.of(root.getEncoded()));
      }
      return roots;
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate of the settings cannot be written", e);
    }
  }

  private static AuthorSignature author(ReleaseForm form, VerificationReport report) {
    SignatureSummary summary =
        report.signatures().stream()
            .filter(s -> s.over().equals(ReleaseVerifier.ARCHIVE))
            .findFirst()
            .orElseThrow();
    return new AuthorSignature(
        form.archiveSignature().orElseThrow(),
        form.metadataSignature(),
        summary.signer().commonName().orElse(summary.subject()),
        summary.fingerprint());
  }
}
