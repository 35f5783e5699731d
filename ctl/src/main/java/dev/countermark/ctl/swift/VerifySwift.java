package dev.countermark.ctl.swift;

import dev.countermark.ctl.Judging;
import dev.countermark.ctl.TrustedRoots;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code countermark-ctl verify swift}. */
@Command(
    name = "swift",
    description = {
      "Verifies Swift packages as \"swift package resolve\" does, without network.",
      "",
      "Judges as a client whose configuration says error to what is unsigned and untrusted, and"
          + " looks at manifests, where that client trusts anybody. Prints who signed what, and"
          + " all findings. Revocation is not looked at, because that would need a network.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit code:%n",
    exitCodeList = {
      "0:everything is accepted; warnings do not count",
      "1:a file has a finding of severity error",
      "2:the command line is wrong, or a file cannot be read"
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  countermark-ctl verify swift --root team-root.pem acme.Lib-1.0.0.zip Package.swift"
    })
final class VerifySwift implements Callable<Integer> {
  private final Clock clock;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Source archives (.zip, with their signature beside them as .zip.sig or .sig), manifests"
              + " (.swift) as a registry serves them, or folders with both.")
  private List<Path> files;

  @Option(
      names = "--signature",
      paramLabel = "FILE",
      description = "The signature of the only archive, when it lies elsewhere.")
  private Path signature;

  @Option(
      names = "--root",
      paramLabel = "PEM",
      description =
          "File with certificates of authorities, as in the client's"
              + " trustedRootCertificatesPath. Nobody else is trusted. Repeatable.")
  private List<Path> roots = List.of();

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description =
          "When all certificates must be valid, as 2026-05-01T10:00:00Z. Now, if not given; the"
              + " client looks at dates only when its configuration says so.")
  private String at;

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  private boolean json;

  VerifySwift(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() {
    if (signature != null && files.size() > 1) {
      throw new ParameterException(spec.commandLine(), "--signature is for one archive only");
    }
    SwiftFiles verifier =
        new SwiftFiles(
            new ReleaseVerifier(CertificatePolicy.at(moment(), TrustedRoots.read(roots))));
    return Judging.all(
        spec.commandLine(),
        json,
        files,
        file -> verifier.verify(file, Optional.ofNullable(signature)));
  }

  private Instant moment() {
    try {
      return at == null ? clock.instant() : OffsetDateTime.parse(at).toInstant();
    } catch (DateTimeParseException e) {
      throw new ParameterException(
          spec.commandLine(), "--at is no time like 2026-05-01T10:00:00Z", e);
    }
  }
}
