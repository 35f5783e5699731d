package dev.countermark.ctl.remote;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Which key service is meant, and which operator asks: keys are managed there, never through the
 * platform that clients reach.
 */
final class KeysEndpoint {
  @Option(
      names = "--keys-url",
      paramLabel = "URL",
      description = "The key service; default: COUNTERMARK_KEYS_URL, then data/endpoint.env.")
  private URI url;

  @Option(
      names = "--keys-token-file",
      paramLabel = "FILE",
      description =
          "A file with an operator's credential; default: COUNTERMARK_KEYS_TOKEN, the file that"
              + " COUNTERMARK_KEYS_TOKEN_FILE names, then data/endpoint.env.")
  private Path tokenFile;

  @Option(
      names = "--keys-certificate",
      paramLabel = "PEM",
      description = "An operator's TLS certificate; default: COUNTERMARK_KEYS_CERTIFICATE.")
  private Path certificate;

  @Option(
      names = "--keys-key",
      paramLabel = "PEM",
      description = "Its key (PKCS#8); default: COUNTERMARK_KEYS_KEY.")
  private Path key;

  @Option(
      names = "--keys-ca",
      paramLabel = "PEM",
      description = "Whom to trust for TLS; default: COUNTERMARK_KEYS_CA, then whom Java trusts.")
  private Path authority;

  @Mixin private Settings settings;

  boolean json() {
    return settings.json();
  }

  Remote open() {
    Settings.Known known = settings.about(url, "COUNTERMARK_KEYS_URL");
    URI where =
        known
            .address()
            .orElseThrow(
                () ->
                    RemoteException.usage(
                        "which key service? Give --keys-url, or set COUNTERMARK_KEYS_URL, or start"
                            + " in the folder of ./run"));
    Optional<Path> own = file(certificate, known, "COUNTERMARK_KEYS_CERTIFICATE");
    Optional<Path> ownKey = file(key, known, "COUNTERMARK_KEYS_KEY");
    if (own.isPresent() != ownKey.isPresent()) {
      throw RemoteException.usage("--keys-certificate and --keys-key go together");
    }
    Optional<String> token = token(known);
    if (token.isEmpty() && own.isEmpty()) {
      throw RemoteException.usage(
          "which operator asks? Give --keys-token-file, or --keys-certificate and --keys-key, or set"
              + " COUNTERMARK_KEYS_TOKEN_FILE");
    }
    Optional<SSLContext> tls =
        Tls.context(
            file(authority, known, "COUNTERMARK_KEYS_CA"),
            own.map(found -> new Tls.Identity(found, ownKey.orElseThrow())));
    return new Remote(Remote.Peer.KEY_SERVICE, where, token, tls);
  }

  /** Whoever names a certificate needs none; one that is named all the same must be right. */
  private Optional<String> token(Settings.Known known) {
    if (tokenFile != null) {
      return Optional.of(Settings.secret(tokenFile));
    }
    return certificate != null
        ? Optional.empty()
        : known
            .of("COUNTERMARK_KEYS_TOKEN")
            .or(() -> known.of("COUNTERMARK_KEYS_TOKEN_FILE").map(Path::of).map(Settings::secret));
  }

  private static Optional<Path> file(Path option, Settings.Known known, String variable) {
    return Optional.ofNullable(option).or(() -> known.of(variable).map(Path::of));
  }
}
