package dev.countermark.format.swift.verify;

import dev.countermark.format.swift.manifest.MalformedManifestSignatureException;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.CmsSignature;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.signature.MalformedSignatureException;
import dev.countermark.format.swift.signature.SignerName;
import dev.countermark.format.swift.verify.CertificatePolicy.Trust;
import dev.countermark.format.swift.verify.Finding.Kind;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges signatures as a client does whose configuration says {@code error} to everything unsigned
 * and untrusted, and more strictly: that client takes manifests signed by anybody.
 *
 * <pre>{@code
 * VerificationReport report =
 *     new ReleaseVerifier(CertificatePolicy.at(now, roots))
 *         .release(ContentHash.of(sha256, archive), Optional.of(cms), servedManifests);
 * }</pre>
 */
public final class ReleaseVerifier {
  /** What {@link SignatureSummary#over} says of an archive. */
  public static final String ARCHIVE = "source archive";

  /** What {@link SignatureSummary#over} says of metadata. */
  public static final String METADATA = "package-metadata.json";

  private final CertificatePolicy policy;

  public ReleaseVerifier(CertificatePolicy policy) {
    this.policy = policy;
  }

  /**
   * Judges all that a client checks of one release.
   *
   * @param cms the archive's signature; empty when there is none
   * @param manifests all that are served, by file name, each with its signature line
   */
  public VerificationReport release(
      ContentHash archive, Optional<byte[]> cms, Map<String, byte[]> manifests) throws IOException {
    VerificationReport report = archive(archive, cms);
    for (Map.Entry<String, byte[]> each : new TreeMap<>(manifests).entrySet()) {
      report = report.and(manifest(each.getKey(), each.getValue()));
    }
    return report;
  }

  /**
   * Judges an archive's detached signature.
   *
   * @param cms DER; empty when there is none
   */
  public VerificationReport archive(ContentHash archive, Optional<byte[]> cms) throws IOException {
    return detached(ARCHIVE, archive, cms);
  }

  /** Judges the detached signature of {@code package-metadata.json}, which no client looks at. */
  public VerificationReport metadata(byte[] metadata, Optional<byte[]> cms) {
    try {
      return detached(METADATA, ContentHash.of(metadata), cms);
    } catch (IOException e) {
      throw new IllegalStateException("hashing memory", e);
    }
  }

  private VerificationReport detached(String over, ContentHash content, Optional<byte[]> cms)
      throws IOException {
    Judging judging = new Judging(over);
    if (cms.isPresent()) {
      judging.judge(cms.get(), content, over.equals(ARCHIVE));
    } else {
      judging.error(Kind.UNSIGNED, "is not signed");
    }
    return judging.report();
  }

  /**
   * Judges a manifest by its last line.
   *
   * @param file for people
   * @param manifest as it is served
   */
  public VerificationReport manifest(String file, byte[] manifest) {
    Judging judging = new Judging(file);
    try {
      Optional<ManifestSignature> line = ManifestSignature.find(manifest);
      if (line.isEmpty()) {
        judging.error(Kind.UNSIGNED, "is not signed");
      } else if (!line.get().format().equals(ManifestSignature.FORMAT)) {
        judging.error(Kind.MALFORMED, "unknown signature format: " + line.get().format());
      } else {
        judging.judge(line.get().cms(), ContentHash.of(line.get().content(manifest)), false);
      }
    } catch (MalformedManifestSignatureException e) {
      judging.error(Kind.MALFORMED, "signature is invalid: " + e.getMessage());
    } catch (IOException e) {
      throw new IllegalStateException("hashing memory", e);
    }
    return judging.report();
  }

  /** One signature. */
  private final class Judging {
    private final String over;
    private final List<Finding> findings = new ArrayList<>();
    private final List<SignatureSummary> signatures = new ArrayList<>();
    private final Set<X509Certificate> vouching = new LinkedHashSet<>();

    Judging(String over) {
      this.over = over;
    }

    void judge(byte[] cms, ContentHash content, boolean clientChecksTrust) throws IOException {
      CmsSignature signature;
      try {
        signature = CmsSignature.parse(cms);
      } catch (MalformedSignatureException e) {
        error(Kind.MALFORMED, "signature is invalid: " + e.getMessage());
        return;
      }
      signatures.add(SignatureSummary.of(over, signature));
      if (!signature.isGenuine(content.by(signature.digestAlgorithm()))) {
        error(
            Kind.NOT_GENUINE,
            "signature is invalid: Invalid signature from signing certificate: "
                + signature.signer().getSubjectX500Principal().getName());
        return;
      }
      if (signature.hasUnsignedAttributes()) {
        add(
            Kind.COMPATIBILITY,
            Severity.WARNING,
            "the signature has unsigned attributes: Swift 6.3 and later cannot read it",
            false);
      }
      judgeTrust(signature, clientChecksTrust);
    }

    private void judgeTrust(CmsSignature signature, boolean clientChecksTrust) {
      Trust trust = policy.judge(signature.signer(), signature.certificates());
      vouching.addAll(trust.vouching());
      if (trust.trusted()) {
        return;
      }
      if (trust.failure().isPresent()) {
        add(
            Kind.CERTIFICATE,
            Severity.ERROR,
            "the signing certificate is invalid: failures: [\"" + trust.failure().get() + "\"]",
            !clientChecksTrust);
      } else {
        add(
            Kind.UNTRUSTED,
            Severity.ERROR,
            "the signer " + SignerName.of(signature.signer()) + " is not trusted",
            !clientChecksTrust);
      }
    }

    void error(Kind kind, String message) {
      add(kind, Severity.ERROR, message, over.equals(METADATA));
    }

    private void add(Kind kind, Severity severity, String message, boolean strict) {
      findings.add(new Finding(kind, severity, over + ": " + message, strict));
    }

    VerificationReport report() {
      return new VerificationReport(findings, signatures, vouching);
    }
  }
}
