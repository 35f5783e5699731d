package dev.countermark.ctl.remote;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Which platform is meant, and who asks. A token is never on the command line, where others on the
 * machine see it.
 */
final class Endpoint {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The platform; default: COUNTERMARK_URL, then data/endpoint.env.")
  private URI url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the token; default: COUNTERMARK_TOKEN, COUNTERMARK_ADMIN_TOKEN, then"
              + " data/endpoint.env.")
  private Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "PEM",
      description = "Whom to trust for TLS; default: whom Java trusts.")
  private Path authority;

  @Mixin private Settings settings;

  boolean json() {
    return settings.json();
  }

  Remote open() {
    Settings.Known known = settings.about(url, "COUNTERMARK_URL");
    URI where =
        known
            .address()
            .orElseThrow(
                () ->
                    RemoteException.usage(
                        "which platform? Give --url, or set COUNTERMARK_URL, or start in the folder"
                            + " of ./run"));
    String token =
        Optional.ofNullable(tokenFile)
            .map(Settings::secret)
            .or(() -> known.of("COUNTERMARK_TOKEN"))
            .or(() -> known.of("COUNTERMARK_ADMIN_TOKEN"))
            .orElseThrow(
                () ->
                    RemoteException.usage(
                        "who asks? Give --token-file, or set COUNTERMARK_TOKEN to a token"));
    return new Remote(
        Remote.Peer.PLATFORM,
        where,
        Optional.of(token),
        Tls.context(Optional.ofNullable(authority), Optional.empty()));
  }
}
