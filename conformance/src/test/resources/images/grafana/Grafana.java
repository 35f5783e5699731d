import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * As much of Grafana's interface as a deployment can get wrong: the password from a file, what is
 * provisioned from folders, the port, the health.
 */
public final class Grafana {
  private static final Path PROVISIONING = Path.of("/etc/grafana/provisioning");

  private Grafana() {}

  public static void main(String[] args) throws IOException {
    Files.writeString(Path.of("/var/lib/grafana/grafana.db"), "");
    String password =
        Files.readString(Path.of(System.getenv("GF_SECURITY_ADMIN_PASSWORD__FILE"))).strip();
    String sources = Files.readString(PROVISIONING.resolve("datasources/prometheus.yaml"));
    String boards = Files.readString(PROVISIONING.resolve("dashboards/countermark.yaml"));
    Path folder = Path.of(first("path: (.*)", boards));
    String dashboards;
    try (Stream<Path> files = Files.list(folder)) {
      List<String> titles =
          files
              .sorted()
              .map(
                  file -> "{\"title\":\"" + first("(?m)^  \"title\": \"(.*)\"", read(file)) + "\"}")
              .toList();
      dashboards = titles.stream().collect(Collectors.joining(",", "[", "]"));
    }
    HttpServer server = HttpServer.create(new InetSocketAddress(3000), 0);
    server.createContext("/api/health", exchange -> answer(exchange, "{\"database\":\"ok\"}"));
    BasicAuthenticator people =
        new BasicAuthenticator("grafana") {
          @Override
          public boolean checkCredentials(String user, String given) {
            return user.equals("admin") && given.equals(password);
          }
        };
    server.createContext("/api/search", e -> answer(e, dashboards)).setAuthenticator(people);
    server
        .createContext(
            "/api/datasources",
            e -> answer(e, "[{\"url\":\"" + first("url: (.*)", sources) + "\"}]"))
        .setAuthenticator(people);
    server.start();
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String first(String pattern, String text) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    if (!found.find()) {
      throw new IllegalStateException("no " + pattern);
    }
    return found.group(1).strip();
  }
}
