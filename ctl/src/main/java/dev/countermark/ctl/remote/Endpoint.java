package dev.countermark.ctl.remote;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import picocli.CommandLine.Option;

/**
 * Which platform is meant, and who asks: options first, then the environment, then what {@code
 * ./run} wrote down. A token is never on the command line, where others on the machine see it.
 */
final class Endpoint {
  private static final Path WRITTEN = Path.of("data", "endpoint.env");

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

  @Option(
      names = "--endpoint",
      paramLabel = "FILE",
      description = "What ./run wrote: addresses and the admin token; default: data/endpoint.env.")
  private Path written;

  @Option(names = "--json", description = "The platform's own JSON instead of text.")
  private boolean json;

  private Map<String, String> environment = System.getenv();

  boolean json() {
    return json;
  }

  Remote open() {
    Properties file = written();
    URI where =
        Optional.ofNullable(url)
            .or(() -> setting("COUNTERMARK_URL", file).map(Endpoint::uri))
            .orElseThrow(
                () ->
                    RemoteException.usage(
                        "which platform? Give --url, or set COUNTERMARK_URL, or start in the folder"
                            + " of ./run"));
    return new Remote(where, token(file), authority == null ? null : trusting(authority));
  }

  private static URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw RemoteException.usage("COUNTERMARK_URL is no address: " + e.getMessage());
    }
  }

  private Optional<String> setting(String name, Properties file) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(file.getProperty(name)));
  }

  private Properties written() {
    Properties file = new Properties();
    Path from = written == null ? WRITTEN : written;
    if (written == null && (url != null || !Files.exists(from))) {
      return file; // another platform's token is not for that address
    }
    try (var in = Files.newBufferedReader(from)) {
      file.load(in);
      return file;
    } catch (IOException e) {
      throw unreadable(from, e);
    }
  }

  private String token(Properties file) {
    if (tokenFile == null) {
      return Optional.ofNullable(environment.get("COUNTERMARK_TOKEN"))
          .or(() -> setting("COUNTERMARK_ADMIN_TOKEN", file))
          .orElseThrow(
              () ->
                  RemoteException.usage(
                      "who asks? Give --token-file, or set COUNTERMARK_TOKEN to a token"));
    }
    try {
      return Files.readString(tokenFile).strip();
    } catch (IOException e) {
      throw unreadable(tokenFile, e);
    }
  }

  private static SSLContext trusting(Path pem) {
    try (InputStream in = Files.newInputStream(pem)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("ca" + number++, one);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw unreadable(pem, e);
    } catch (GeneralSecurityException e) {
      throw RemoteException.usage(pem + " holds no certificates: " + e.getMessage());
    }
  }

  private static RemoteException unreadable(Path file, IOException e) {
    return RemoteException.usage(
        file
            + " cannot be read: "
            + (e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()));
  }
}
