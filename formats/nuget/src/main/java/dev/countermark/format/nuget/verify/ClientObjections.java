package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.signature.PackageSignature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why clients that verify will refuse a package although everything that its repository did is
 * right: for those who push it, and would hear of it from others. Verdicts that hang on a root say
 * so, because a client may know more of them than anybody here.
 *
 * @param codeSigningRoots that clients are known to trust, as in {@code codesignctl.pem}
 * @param timestampRoots the same of timestamp authorities, as in {@code timestampctl.pem}
 */
public record ClientObjections(
    Collection<X509Certificate> codeSigningRoots, Collection<X509Certificate> timestampRoots) {
  /** Names in certificates are as long as their makers like, characters. */
  private static final int LONGEST = 400;

  /** The configuration always lists somebody: without a list, anybody would do for the command. */
  private static final TrustedSigner NOBODY = TrustedSigner.repository("", false, List.of());

  private static final String ROOTS = ", unless they trust a root that is not known here.";

  public ClientObjections {
    codeSigningRoots = List.copyOf(codeSigningRoots);
    timestampRoots = List.copyOf(timestampRoots);
  }

  /**
   * The errors of clients that have the configuration which the repository hands out.
   *
   * @param listed the repository's certificate in that configuration, if it made one of the
   *     signatures
   * @return sentences for people, each with its code; empty when clients take the package
   */
  public List<String> of(PackageSignature signature, Optional<TrustedSigner> listed, Instant now) {
    Map<Finding, String> all = new LinkedHashMap<>();
    errors(signature, listed, VerificationMode.RESTORE_REQUIRE, now)
        .forEach(f -> all.putIfAbsent(f, "Clients that demand signatures refuse the package"));
    // The command is stricter about timestamps than a restore is, and templates are installed by
    // it.
    errors(signature, listed, VerificationMode.VERIFY, now)
        .forEach(f -> all.putIfAbsent(f, "\"dotnet nuget verify\" refuses the package"));
    return all.entrySet().stream().map(e -> sentence(e.getKey(), e.getValue())).distinct().toList();
  }

  private List<Finding> errors(
      PackageSignature signature,
      Optional<TrustedSigner> listed,
      VerificationMode mode,
      Instant now) {
    VerificationPolicy policy =
        VerificationPolicy.builder(mode, now)
            .codeSigningRoots(codeSigningRoots)
            .timestampRoots(timestampRoots)
            .trustedSigner(listed.orElse(NOBODY))
            .build();
    return new PackageVerifier()
        .verify(signature, policy).findings().stream()
            .filter(f -> f.severity() == Severity.ERROR && !f.strict())
            .toList();
  }

  private static String sentence(Finding finding, String consequence) {
    String what =
        finding.message().length() > LONGEST
            ? finding.message().substring(0, LONGEST) + "..."
            : finding.message();
    String code = finding.code().isEmpty() ? "" : finding.code() + ": ";
    return code + what + " " + consequence + (hangsOnRoots(finding) ? ROOTS : ".");
  }

  private static boolean hangsOnRoots(Finding finding) {
    return finding.code().equals("NU3018")
        || finding.message().contains(CertificateChain.PARTIAL)
        || finding.message().endsWith(TimestampJudge.UNTRUSTED);
  }
}
