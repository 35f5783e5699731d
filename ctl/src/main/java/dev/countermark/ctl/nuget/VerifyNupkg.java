package dev.countermark.ctl.nuget;

import dev.countermark.ctl.Judging;
import dev.countermark.ctl.TrustedRoots;
import dev.countermark.ctl.UnreadableException;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.format.nuget.verify.Finding;
import dev.countermark.format.nuget.verify.PackageVerifier;
import dev.countermark.format.nuget.verify.Severity;
import dev.countermark.format.nuget.verify.TrustedSigner;
import dev.countermark.format.nuget.verify.VerificationMode;
import dev.countermark.format.nuget.verify.VerificationPolicy;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.format.zip.ByteSource;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code countermark-ctl verify nupkg}. */
@Command(
    name = "nupkg",
    description = {
      "Verifies NuGet packages as \"dotnet nuget verify\" does, without network.",
      "",
      "Prints who signed each package and all findings with their NU30xx codes. Where this command is"
          + " stricter than the client, the finding says so. Revocation is not looked at, because"
          + " that would need a network.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit code:%n",
    exitCodeList = {
      "0:every package is accepted; warnings do not count",
      "1:a package has a finding of severity error",
      "2:the command line is wrong, or a file cannot be read"
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  countermark-ctl verify nupkg --root team-root.pem \\",
      "    --service-index https://feed.example/acme/app/nuget/v3/index.json *.nupkg"
    })
final class VerifyNupkg implements Callable<Integer> {
  private final Clock clock;

  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Packages (.nupkg).")
  private List<Path> files;

  @Option(
      names = "--root",
      paramLabel = "PEM",
      description =
          "File with root certificates of signers, as in the client's codesignctl.pem. Nobody else"
              + " is trusted. Repeatable.")
  private List<Path> roots = List.of();

  @Option(
      names = "--timestamp-root",
      paramLabel = "PEM",
      description =
          "File with root certificates of timestamp authorities, as in the client's"
              + " timestampctl.pem. Repeatable.")
  private List<Path> timestampRoots = List.of();

  @Option(
      names = "--service-index",
      paramLabel = "URL",
      description = "Demand the signature of the repository with this service index.")
  private URI serviceIndex;

  @Option(
      names = "--owner",
      paramLabel = "NAME",
      description =
          "Demand that the repository's signature names this owner, or one of several."
              + " Case-sensitive. Repeatable.")
  private List<String> owners = List.of();

  @Option(
      names = "--trusted-signer",
      paramLabel = "SHA256",
      converter = CertificateFingerprint.Converter.class,
      description =
          "Demand an author's or a repository's signature by the certificate with this fingerprint,"
              + " or by one of several, and do not mind its root: an entry of trustedSigners in a"
              + " nuget.config, with allowUntrustedRoot. Repeatable.")
  private List<CertificateFingerprint> trustedSigners = List.of();

  @Option(
      names = "--certificate-fingerprint",
      paramLabel = "SHA256",
      converter = CertificateFingerprint.Converter.class,
      description =
          "Demand that the primary signature is by the certificate with this fingerprint, or by one"
              + " of several, whoever countersigned; as the client's option. Repeatable.")
  private List<CertificateFingerprint> fingerprints = List.of();

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  private boolean json;

  VerifyNupkg(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() {
    VerificationPolicy.Builder policy =
        VerificationPolicy.builder(VerificationMode.VERIFY, clock.instant())
            .codeSigningRoots(TrustedRoots.read(roots))
            .timestampRoots(TrustedRoots.read(timestampRoots));
    if (serviceIndex != null) {
      policy.expectedServiceIndex(serviceIndex);
    }
    for (CertificateFingerprint trusted : trustedSigners) {
      policy.trustedSigner(TrustedSigner.author(trusted.hex(), true));
      policy.trustedSigner(TrustedSigner.repository(trusted.hex(), true, List.of()));
    }
    VerificationPolicy whole = policy.build();
    return Judging.all(
        spec.commandLine(),
        json,
        files,
        file -> new NupkgReport(withPrimary(withOwners(verify(file, whole)))));
  }

  private static VerificationReport verify(Path file, VerificationPolicy policy) {
    if (Files.isDirectory(file)) {
      throw new UnreadableException(file, "is a directory");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new PackageVerifier().verify(ByteSource.of(channel), policy);
    } catch (IOException e) {
      throw new UnreadableException(file, e);
    }
  }

  /** The client demands owners only of certificates that its configuration lists. */
  private VerificationReport withOwners(VerificationReport report) {
    boolean found =
        report.signatures().stream()
            .filter(s -> s.type() == SignatureType.REPOSITORY)
            .anyMatch(s -> s.owners().stream().anyMatch(owners::contains));
    if (owners.isEmpty() || found) {
      return report;
    }
    return refused(
        report,
        "No repository's signature names the owner " + String.join(" or ", owners) + ".",
        true);
  }

  /** What cannot be read was refused already. */
  private VerificationReport withPrimary(VerificationReport report) {
    boolean found =
        report.signatures().stream()
            .limit(1)
            .allMatch(s -> fingerprints.stream().anyMatch(f -> f.hex().equals(s.fingerprint())));
    return fingerprints.isEmpty() || found
        ? report
        : refused(
            report, "The primary signature's certificate has none of the fingerprints.", false);
  }

  private static VerificationReport refused(VerificationReport report, String why, boolean strict) {
    List<Finding> findings = new ArrayList<>(report.findings());
    findings.add(new Finding("NU3034", Severity.ERROR, why, strict));
    return new VerificationReport(findings, report.signatures(), report.contentHash(), false);
  }
}
