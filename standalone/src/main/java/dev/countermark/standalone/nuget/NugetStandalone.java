package dev.countermark.standalone.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.standalone.Addresses;
import dev.countermark.standalone.RunningPlatform;
import dev.countermark.standalone.StandaloneFormat;
import dev.countermark.standalone.demo.Checks;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** NuGet packages. */
public final class NugetStandalone implements StandaloneFormat {
  @Override
  public String label() {
    return "nuget";
  }

  @Override
  public int order() {
    return 20;
  }

  @Override
  public List<String> banner(Addresses gateway, String repository) {
    List<String> lines = new ArrayList<>();
    lines.add("   push a NuGet package, then restore it with signatures required");
    gateway
        .tlsAuthority()
        .ifPresentOrElse(
            ca -> {
              lines.add("     export SSL_CERT_FILE=" + ca);
              lines.add(
                  "       # or trust it: cp it to /usr/local/share/ca-certificates/x.crt,"
                      + " then update-ca-certificates");
            },
            () -> lines.add("     # plain http: add --allow-insecure-connections"));
    lines.add(
        "     dotnet nuget push PACKAGE.nupkg -k TOKEN -s "
            + gateway.secureUrl()
            + "/"
            + repository
            + "/nuget/v3/index.json");
    String source = NugetFormat.sourceName(RepositoryName.of(repository));
    lines.add(
        "     curl "
            + gateway.tlsAuthority().map(ca -> "--cacert $SSL_CERT_FILE ").orElse("")
            + "-O "
            + gateway.secureUrl()
            + "/"
            + repository
            + "/keys/nuget/nuget.config");
    lines.add(
        "     export NuGetPackageSourceCredentials_"
            + source
            + "=\"Username=token;Password=TOKEN\"");
    lines.add("     dotnet restore --configfile nuget.config");
    return lines;
  }

  @Override
  public String openSettings() {
    return "{\"anonymousRead\":true}";
  }

  @Override
  public void demonstrate(RunningPlatform platform, String repository, Checks checks)
      throws IOException, InterruptedException {
    try {
      new NugetDemo(platform, repository, checks).show();
    } catch (GeneralSecurityException e) {
      throw new IOException("the platform's TLS certificate cannot be trusted", e);
    }
  }
}
