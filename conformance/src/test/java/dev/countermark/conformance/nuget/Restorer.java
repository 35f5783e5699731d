package dev.countermark.conformance.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.format.nuget.verify.SourceSignatures;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.testkit.nuget.NugetPackage;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Who restores a package from a feed and judges it. */
enum Restorer {
  /** Downloads it and asks our own verifier; needs nothing but the JDK. */
  OURS {
    @Override
    Restored restore(Platform platform, NugetFeed feed, NugetPackage nupkg, String config) {
      VerificationReport report =
          OwnVerifier.restore(feed.download(nupkg.id(), nupkg.version()), config, signatures(feed));
      List<String> codes =
          OwnVerifier.codes(report).stream().map(c -> c.substring(c.indexOf(' ') + 1)).toList();
      return new Restored(report.accepted(), codes, report.contentHash(), report.toString());
    }
  },
  /** {@code dotnet restore}, where it is found. */
  DOTNET {
    @Override
    Restored restore(Platform platform, NugetFeed feed, NugetPackage nupkg, String config) {
      Dotnet dotnet = Dotnet.require(platform);
      Command.Result result = dotnet.restore(nupkg.id(), nupkg.version(), config);
      boolean succeeded = result.exitCode() == 0;
      return new Restored(
          succeeded,
          CODE.matcher(result.output()).results().map(MatchResult::group).distinct().toList(),
          succeeded ? Optional.of(dotnet.contentHash(nupkg.id())) : Optional.empty(),
          result.toString());
    }
  };

  private static final Pattern CODE = Pattern.compile("NU30\\d\\d");

  /**
   * What came of it.
   *
   * @param codes of warnings and errors
   * @param contentHash as in lock files
   * @param told everything, for people
   */
  record Restored(
      boolean succeeded, List<String> codes, Optional<String> contentHash, String told) {}

  abstract Restored restore(Platform platform, NugetFeed feed, NugetPackage nupkg, String config);

  /** What the feed says about its signatures. */
  private static SourceSignatures signatures(NugetFeed feed) {
    JsonNode document = feed.signatures();
    Set<String> fingerprints = new HashSet<>();
    for (JsonNode certificate : document.path("signingCertificates")) {
      certificate.path("fingerprints").forEach(f -> fingerprints.add(f.asText()));
    }
    return new SourceSignatures(document.path("allRepositorySigned").asBoolean(), fingerprints);
  }
}
