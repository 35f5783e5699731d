package dev.countermark.conformance.nuget;

import dev.countermark.format.nuget.verify.PackageVerifier;
import dev.countermark.format.nuget.verify.PublishedRoots;
import dev.countermark.format.nuget.verify.Severity;
import dev.countermark.format.nuget.verify.SourceSignatures;
import dev.countermark.format.nuget.verify.VerificationMode;
import dev.countermark.format.nuget.verify.VerificationPolicy;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.format.zip.ByteSource;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** Our own verifier of packages, told whom to trust as the .NET client is. */
final class OwnVerifier {
  private OwnVerifier() {}

  /** As {@code dotnet nuget verify}. */
  static VerificationReport verify(
      byte[] nupkg, String config, Collection<X509Certificate> timestampRoots) {
    return judge(
        nupkg, policy(VerificationMode.VERIFY, config).timestampRoots(timestampRoots).build());
  }

  /** As {@code dotnet restore} from a source. */
  static VerificationReport restore(byte[] nupkg, String config, SourceSignatures source) {
    VerificationMode mode =
        NugetTrust.of(config).signaturesRequired()
            ? VerificationMode.RESTORE_REQUIRE
            : VerificationMode.RESTORE_ACCEPT;
    return judge(nupkg, policy(mode, config).source(source).build());
  }

  private static VerificationPolicy.Builder policy(VerificationMode mode, String config) {
    try {
      VerificationPolicy.Builder policy =
          PublishedRoots.trusted(VerificationPolicy.builder(mode, Instant.now()));
      NugetTrust.of(config).signers().forEach(policy::trustedSigner);
      return policy;
    } catch (Exception e) {
      throw new IllegalStateException("unreadable golden packages", e);
    }
  }

  private static VerificationReport judge(byte[] nupkg, VerificationPolicy policy) {
    try {
      return new PackageVerifier().verify(ByteSource.of(nupkg), policy);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException("reading memory", e);
    }
  }

  /** As {@link Dotnet#codes}; {@code STRICT} for what the client overlooks. */
  static List<String> codes(VerificationReport report) {
    return report.findings().stream()
        .filter(f -> f.severity() != Severity.INFO)
        .map(f -> (f.strict() ? "STRICT" : f.severity().name()) + " " + f.code())
        .distinct()
        .toList();
  }
}
