package dev.countermark.standalone;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** What a user sees when the platform is ready: addresses, token, commands to copy. */
final class Banner {
  private Banner() {}

  static String text(
      String url,
      Optional<String> httpsUrl,
      Optional<Path> tlsAuthority,
      String token,
      Path data,
      long startMillis) {
    String host = URI.create(url).getAuthority();
    String feed = httpsUrl.orElse(url) + "/demo/hello/nuget/v3/index.json";
    return String.join(
        System.lineSeparator(),
        "",
        "  ┌───────────────────────────────────────────────────────────────────┐",
        "  │  COUNTERMARK   every package signed natively, on the server       │",
        "  └───────────────────────────────────────────────────────────────────┘",
        "   ready in        " + String.format("%.1f s", startMillis / 1000.0),
        "   gateway         " + url + httpsUrl.map(u -> "   " + u).orElse(""),
        "   API             " + url + "/api/v1/openapi",
        "   admin token     " + token,
        "   data and logs   " + data,
        "",
        "   push an image (the repository demo/hello is made on first push)",
        "     docker login " + host + " -u admin        # password: the admin token",
        "     docker tag IMAGE " + host + "/demo/hello/web:1.0",
        "     docker push " + host + "/demo/hello/web:1.0",
        "     crane auth login " + host + " -u admin -p TOKEN",
        "     crane push IMAGE.tar " + host + "/demo/hello/web:1.0",
        "",
        "   verify it, seconds later, with nothing but the public key",
        "     cosign verify --key " + url + "/demo/hello/keys/cosign.pub \\",
        "       --insecure-ignore-tlog=true " + host + "/demo/hello/web:1.0",
        "     curl -O " + url + "/demo/hello/keys/policy.json",
        "     curl --create-dirs -o registries.d/countermark.yaml \\",
        "       " + url + "/demo/hello/keys/registries.yaml",
        "     skopeo --policy policy.json --registries.d registries.d copy \\",
        "       --src-tls-verify=false --src-creds admin:TOKEN \\",
        "       docker://" + host + "/demo/hello/web:1.0 dir:verified",
        "",
        "   push a NuGet package, then restore it with signatures required",
        tlsAuthority
            .map(
                ca ->
                    "     export SSL_CERT_FILE="
                        + ca
                        + System.lineSeparator()
                        + "       # or trust it: cp it to /usr/local/share/ca-certificates/x.crt,"
                        + " then update-ca-certificates")
            .orElse("     # plain http: add --allow-insecure-connections"),
        "     dotnet nuget push PACKAGE.nupkg -k TOKEN -s " + feed,
        "     curl -O " + url + "/demo/hello/keys/nuget/nuget.config",
        "     dotnet restore --configfile nuget.config",
        "",
        "   publish a Swift package, then resolve it with signatures required",
        "     swift package-registry publish SCOPE.NAME 1.0.0 --allow-insecure-http \\",
        "       --url " + url.replace("://", "://admin:TOKEN@") + "/demo/hello/swift",
        "     curl --create-dirs -o roots/root.cer " + url + "/demo/hello/keys/swift/root.cer",
        "     curl --create-dirs -o .swiftpm/configuration/registries.json \\",
        "       \"" + url + "/demo/hello/keys/swift/registries.json?roots=$PWD/roots\"",
        "     swift package resolve",
        "",
        "   stop with Ctrl-C, or ./run stop --data " + data,
        "");
  }
}
