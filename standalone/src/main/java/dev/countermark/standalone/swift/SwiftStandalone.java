package dev.countermark.standalone.swift;

import dev.countermark.standalone.Addresses;
import dev.countermark.standalone.RunningPlatform;
import dev.countermark.standalone.StandaloneFormat;
import dev.countermark.standalone.demo.Checks;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** Swift packages. */
public final class SwiftStandalone implements StandaloneFormat {
  @Override
  public String label() {
    return "swift";
  }

  @Override
  public int order() {
    return 30;
  }

  @Override
  public List<String> banner(Addresses gateway, String repository) {
    String url = gateway.url();
    String keys = url + "/" + repository + "/keys/swift/";
    return List.of(
        "   publish a Swift package, then resolve it with signatures required",
        "     swift package-registry publish SCOPE.NAME 1.0.0 --allow-insecure-http \\",
        "       --url " + url.replace("://", "://admin:TOKEN@") + "/" + repository + "/swift",
        "     curl --create-dirs -o roots/root.cer " + keys + "root.cer",
        "     curl --create-dirs -o .swiftpm/configuration/registries.json \\",
        "       \"" + keys + "registries.json?roots=$PWD/roots\"",
        "     echo machine " + URI.create(url).getHost() + " login token password TOKEN > netrc",
        "     swift package resolve --netrc-file netrc");
  }

  @Override
  public String openSettings() {
    return "{\"anonymousRead\":true}";
  }

  @Override
  public void demonstrate(RunningPlatform platform, String repository, Checks checks)
      throws IOException, InterruptedException {
    new SwiftDemo(platform, repository, checks).show();
  }
}
