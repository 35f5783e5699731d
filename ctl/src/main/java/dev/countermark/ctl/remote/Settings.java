package dev.countermark.ctl.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import picocli.CommandLine.Option;

/**
 * What is asked and how it is told: options first, then the environment, then what {@code ./run}
 * wrote down.
 */
final class Settings {
  private static final Path WRITTEN = Path.of("data", "endpoint.env");

  @Option(
      names = "--endpoint",
      paramLabel = "FILE",
      description = "What ./run wrote: addresses, and who asks; default: data/endpoint.env.")
  private Path written;

  @Option(names = "--json", description = "JSON as it was answered, instead of text.")
  private boolean json;

  private Map<String, String> environment = System.getenv();

  boolean json() {
    return json;
  }

  /** What is known of one address: its credentials are for no other one. */
  final class Known {
    private final String variable;
    private final Optional<URI> address;
    private final Properties file;

    private Known(URI option, String variable) {
      this.variable = variable;
      Optional<URI> said =
          Optional.ofNullable(option)
              .or(() -> Optional.ofNullable(environment.get(variable)).map(this::uri));
      this.file = said.isEmpty() || written != null ? read() : new Properties();
      this.address = said.or(() -> of(variable).map(this::uri));
    }

    private URI uri(String text) {
      try {
        return URI.create(text);
      } catch (IllegalArgumentException e) {
        throw RemoteException.usage(variable + " is no address: " + e.getMessage());
      }
    }

    Optional<URI> address() {
      return address;
    }

    /** A setting by the name of its variable. */
    Optional<String> of(String name) {
      return Optional.ofNullable(environment.get(name))
          .or(() -> Optional.ofNullable(file.getProperty(name)));
    }
  }

  /**
   * @param option null when it was not given
   * @param variable that names the address
   */
  Known about(URI option, String variable) {
    return new Known(option, variable);
  }

  private Properties read() {
    Properties file = new Properties();
    Path from = written == null ? WRITTEN : written;
    if (written == null && !Files.exists(from)) {
      return file;
    }
    try (var in = Files.newBufferedReader(from)) {
      file.load(in);
      return file;
    } catch (IOException e) {
      throw unreadable(from, e);
    }
  }

  /** The only line of a file. */
  static String secret(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static RemoteException unreadable(Path file, IOException e) {
    return RemoteException.usage(
        file
            + " cannot be read: "
            + (e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()));
  }
}
