package dev.countermark.ctl.remote;

import com.sun.net.httpserver.HttpServer;
import dev.countermark.ctl.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import picocli.CommandLine;

/** A platform, or a key service, that answers what it is told to, and commands that ask it. */
final class StubServer implements AutoCloseable {
  /** Requests, with their bodies. */
  final List<String> asked = new CopyOnWriteArrayList<>();

  final List<String> credentials = new CopyOnWriteArrayList<>();

  /** By method and address; {@code {}} for others. */
  final Map<String, Answer> answers = new ConcurrentHashMap<>();

  private final Path token;
  private final HttpServer server;
  private String out;
  private String err;

  /** What is answered. */
  record Answer(int status, String body, Map<String, String> headers) {
    static Answer of(String body) {
      return new Answer(200, body, Map.of());
    }

    static Answer of(int status, String body) {
      return new Answer(status, body, Map.of());
    }
  }

  StubServer(Path folder) throws IOException {
    token = Files.writeString(folder.resolve("token"), "secret\n");
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
          byte[] body = exchange.getRequestBody().readAllBytes();
          asked.add((request + " " + new String(body, StandardCharsets.UTF_8)).strip());
          credentials.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          String version = exchange.getRequestHeaders().getFirst("If-None-Match");
          Answer answer =
              answers.getOrDefault(
                  version == null ? request : request + " " + version, Answer.of("{}"));
          byte[] content = answer.body().getBytes(StandardCharsets.UTF_8);
          answer.headers().forEach(exchange.getResponseHeaders()::add);
          exchange.sendResponseHeaders(answer.status(), content.length == 0 ? -1 : content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Runs a command that asks the platform. */
  int run(String... command) {
    return execute(with(command, "--url", url(), "--token-file", token.toString()));
  }

  /** Runs a command that asks the key service. */
  int runAsOperator(String... command) {
    return execute(with(command, "--keys-url", url(), "--keys-token-file", token.toString()));
  }

  private static List<String> with(String[] command, String... options) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(options));
    return all;
  }

  int execute(List<String> command) {
    StringWriter printed = new StringWriter();
    StringWriter complained = new StringWriter();
    CommandLine line = Main.commandLine(Clock.systemUTC());
    line.setOut(new PrintWriter(printed, true));
    line.setErr(new PrintWriter(complained, true));
    int code = line.execute(command.toArray(String[]::new));
    out = printed.toString();
    err = complained.toString();
    return code;
  }

  /** What the last command printed. */
  String out() {
    return out;
  }

  String err() {
    return err;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
