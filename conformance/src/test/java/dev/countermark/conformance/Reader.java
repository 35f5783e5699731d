package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client.Home;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/**
 * Somebody who read a page and does what stands there, in a home that nobody has used, with a
 * repository and its token: the commands are those of the page but for names.
 */
public final class Reader {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /** What this machine may say of whom to trust and where settings are: readers have no such. */
  private static final String FRESH = "unset CURL_CA_BUNDLE SSL_CERT_DIR XDG_CONFIG_HOME\n";

  private final Platform platform;
  private final Platform.Repository repository;
  private final URI address;
  private final Home home;
  private final Path bin;
  private final String authority;
  private final Map<String, String> environment = new HashMap<>();
  private List<String> around = List.of();

  /**
   * @param address of the platform, as this reader calls it
   */
  public Reader(Platform platform, Platform.Repository repository, URI address) {
    this.platform = platform;
    this.repository = repository;
    this.address = address;
    String token = repository.token();
    home =
        Home.create(
            platform.scratch(),
            Map.of(platform.host(), token, platform.httpsUrl().getAuthority(), token));
    try {
      bin = Files.createDirectories(home.directory().resolve("bin"));
      // Some clients run in a root of their own, which has this home and not the platform's folder.
      authority = home.file("tls-ca.pem", Files.readString(platform.tlsAuthority().orElseThrow()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    environment.putAll(home.environment());
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
    environment.put("TOKEN", token);
    environment.put("URL", address.toString());
    if (address.getScheme().equals("https")) {
      environment.put("SSL_CERT_FILE", authority);
    }
  }

  /** Of the README: an administrator, and a repository that its first push makes. */
  public static Reader ofReadme(Platform platform) {
    return new Reader(platform, platform.unmade(), platform.url());
  }

  /**
   * Of a page whose commands work over plain http, too.
   *
   * @param scheme {@code http} or {@code https}
   */
  public static Reader over(String scheme, Platform platform, Platform.Repository repository) {
    return new Reader(
        platform, repository, scheme.equals("https") ? platform.httpsUrl() : platform.url());
  }

  public Home home() {
    return home;
  }

  public Platform.Repository repository() {
    return repository;
  }

  /** What a page says, with this reader's names for those that pages use. */
  public String block(String page, String beginning) {
    String path = repository.path();
    return Block.of(page, beginning)
        .text()
        .replace("127.0.0.1:8080", platform.host())
        .replace("127.0.0.1:8443", platform.httpsUrl().getAuthority())
        .replace("$PWD/data/tls/ca.pem", authority)
        .replace("https://HOST", address.toString())
        .replace("HOST", address.getAuthority())
        .replaceAll("demo/hello|acme/app", path)
        .replaceAll("(?<=countermark_)(demo_hello|acme_app)", path.replaceAll("[/-]", "_"))
        .replaceAll("(?<!\\$)\\bTOKEN\\b", Matcher.quoteReplacement(repository.token()));
  }

  /** Has a program by the name that pages call it. */
  public Reader with(String name, Client program) {
    try {
      Files.createSymbolicLink(bin.resolve(name), program.program());
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has a variable in the environment. */
  public Reader withVariable(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /**
   * Works where somebody else prepared something.
   *
   * @param command that runs the command that it is given, such as {@code unshare}
   */
  public Reader within(List<String> command) {
    around = List.copyOf(command);
    return this;
  }

  /** Writes a file, and the folders that it is in, below the home. */
  public Path write(String name, byte[] content) {
    try {
      Path file = home.directory().resolve(name);
      Files.createDirectories(file.getParent());
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Command.Result run(String script) {
    return run("", script);
  }

  /**
   * Does it line after line, up to the first that fails, which fails the test.
   *
   * @param folder below the home
   */
  public Command.Result run(String folder, String script) {
    List<String> command = new ArrayList<>(around);
    command.addAll(List.of("bash", "-euo", "pipefail", "-c", FRESH + script));
    return Command.run(home.directory().resolve(folder), environment, LIMIT, command).succeeded();
  }

  /**
   * A stranger is refused, at the reader's address.
   *
   * @param path below the repository's
   */
  public void assertPrivate(String path) {
    String url = "/" + repository.path() + path;
    assertThat(platform.get(url).statusCode()).as(url).isEqualTo(401);
  }
}
