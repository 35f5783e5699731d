package dev.countermark.conformance.nuget;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Consumer;
import dev.countermark.conformance.FormatCase;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import java.util.Optional;

/** NuGet packages; what is deleted is not only unlisted. */
public final class NugetFormatCase implements FormatCase {
  @Override
  public String label() {
    return "nuget";
  }

  @Override
  public ObjectNode settings() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("anonymousRead", true)
        .put("deletePackages", true);
  }

  @Override
  public Packages packages(Platform platform, Platform.Repository repository) {
    return new NugetPackages(NugetFeed.of(platform, repository));
  }

  @Override
  public Optional<Consumer> consumer(Platform platform, Platform.Repository repository) {
    String config = NugetFeed.of(platform, repository).config();
    return Dotnet.find(platform)
        .map(dotnet -> number -> dotnet.restoreAgain(NugetPackages.nupkg(number), config));
  }
}
