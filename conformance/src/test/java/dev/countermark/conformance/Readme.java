package dev.countermark.conformance;

import dev.countermark.conformance.Client.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The README's reader: logged in with the admin token, and with the commands as they stand there,
 * but for the ports.
 */
public final class Readme {
  private static final String ADDRESS = "127.0.0.1:8080";
  private static final String SECURE_ADDRESS = "127.0.0.1:8443";
  private static final String AUTHORITY = "$PWD/data/tls/ca.pem";

  private final Platform platform;
  private final Home home;

  public Readme(Platform platform) {
    this.platform = platform;
    this.home = Home.create(platform.scratch(), Map.of(platform.host(), platform.adminToken()));
  }

  public Home home() {
    return home;
  }

  /** The fenced block of the README that contains {@code marker}, with this platform's address. */
  public String snippet(String marker) throws IOException {
    String readme = Files.readString(ProjectFiles.root().resolve("README.md"));
    return Pattern.compile("(?s)```\\n(.*?)```")
        .matcher(readme)
        .results()
        .map(block -> block.group(1))
        .filter(block -> block.contains(marker))
        .findFirst()
        .orElseThrow()
        .replace(ADDRESS, platform.host())
        .replace(SECURE_ADDRESS, platform.httpsUrl().getAuthority())
        .replace(AUTHORITY, platform.tlsAuthority().orElseThrow().toString());
  }

  /**
   * @param programs clients by the names that the README calls them
   */
  public void run(String script, Map<String, Client> programs) throws IOException {
    Path bin = Files.createDirectories(home.directory().resolve("bin"));
    for (Map.Entry<String, Client> program : programs.entrySet()) {
      Files.createSymbolicLink(bin.resolve(program.getKey()), program.getValue().program());
    }
    Map<String, String> environment = new HashMap<>(home.environment());
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
    Command.run(
            home.directory(),
            environment,
            Duration.ofMinutes(2),
            List.of("bash", "-euo", "pipefail", "-c", script))
        .succeeded();
  }
}
