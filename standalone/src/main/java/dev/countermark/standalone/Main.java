package dev.countermark.standalone;

import dev.countermark.standalone.config.ConfigCommand;
import dev.countermark.standalone.demo.Demo;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of {@code ./run}. */
@Command(
    name = "run",
    description = "Starts Countermark on this machine: broker, object store and all services.",
    mixinStandardHelpOptions = true,
    version = "Countermark 0.1.0",
    footerHeading = "%nBefore anything is started:%n",
    footer = {
      "  images [--push PLACE]       Builds the container images with the engine that is there.",
      "  hostile                     Runs the suites of hostile peers in their long form.",
      "  upgrade-drill [REVISION]    Runs this state beside a former one, and back."
    },
    sortOptions = false)
public final class Main implements Runnable {
  private static final int HTTPS_DISTANCE = 363;
  private static final int MAX_PORT = 65_535;
  static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  /** Where a platform keeps its data. */
  static final class DataOption {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "Where everything is kept (default: ./data).")
    Path data = Path.of("data");
  }

  /** Those that a heap can be set for. */
  private static final List<String> PARTS =
      List.of("broker", "store", "key-service", "signer", "upload-gateway");

  @Mixin private DataOption where;

  @Option(names = "--port", description = "Port of the gateway (default: ${DEFAULT-VALUE}).")
  private int port = 8080;

  @Option(
      names = "--host",
      description = "Interface the gateway listens on (default: ${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description = "What clients call the gateway (default: http://HOST:PORT).")
  private String publicUrl;

  @Option(
      names = "--https-port",
      paramLabel = "PORT",
      description =
          "Port of the gateway with TLS, 0 for none (default: PORT + 363, so 8443, or PORT - 363).")
  private Integer httpsPort;

  @Option(
      names = "--public-https-url",
      paramLabel = "URL",
      description = "What clients call the gateway over TLS (default: https://HOST:PORT).")
  private String publicHttpsUrl;

  @Option(
      names = "--heap",
      paramLabel = "PART=SIZE",
      description = "Largest heap of a part, such as upload-gateway=512m; may be repeated.")
  private Map<String, String> heaps = new LinkedHashMap<>();

  @Option(names = "--background", hidden = true, description = "Keep the token out of the output.")
  private boolean background;

  @Option(
      names = "--detach",
      description = "Return once ready; DIR/endpoint.env then holds address and token.")
  private boolean detach;

  public static void main(String[] args) {
    CommandLine commands = new CommandLine(new Main());
    commands.addSubcommand(new Stop());
    commands.addSubcommand(new Status());
    commands.addSubcommand(new Prepare());
    commands.addSubcommand(new Demo());
    commands.addSubcommand(new ConfigCommand());
    commands.addSubcommand(tool(new Bench()));
    commands.addSubcommand(tool(new Faults()));
    commands.setExecutionExceptionHandler(
        (failure, line, parsed) -> {
          if (failure instanceof UserError) {
            System.err.println("countermark: " + failure.getMessage());
          } else {
            failure.printStackTrace(System.err);
          }
          return 1;
        });
    System.exit(commands.execute(args));
  }

  /** What is started would only say that it does not start. */
  private void requireSense() {
    if (port < 1 || port > MAX_PORT || httpsPort() < 0 || httpsPort() > MAX_PORT) {
      throw new UserError("a port is a number from 1 to " + MAX_PORT);
    }
    for (String part : heaps.keySet()) {
      if (!PARTS.contains(part)) {
        throw new UserError(
            "there is no part " + part + " for --heap: " + String.join(", ", PARTS));
      }
    }
  }

  @Override
  public void run() {
    requireSense();
    try {
      if (detach) {
        detach();
      } else {
        foreground();
      }
    } catch (IOException e) {
      throw new UserError("cannot start: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String url() {
    if (publicUrl != null) {
      return publicUrl.replaceAll("/+$", "");
    }
    return "http://" + ("0.0.0.0".equals(host) ? "127.0.0.1" : host) + ":" + port;
  }

  /** Clear of the plain port, whatever that is. */
  private int httpsPort() {
    if (httpsPort != null) {
      return httpsPort;
    }
    return port + HTTPS_DISTANCE <= MAX_PORT ? port + HTTPS_DISTANCE : port - HTTPS_DISTANCE;
  }

  private Optional<String> httpsUrl() {
    if (publicHttpsUrl != null) {
      return Optional.of(publicHttpsUrl.replaceAll("/+$", ""));
    }
    if (url().startsWith("https:")) {
      return Optional.of(url());
    }
    return httpsPort() == 0
        ? Optional.empty()
        : Optional.of(
            "https://" + ("0.0.0.0".equals(host) ? "127.0.0.1" : host) + ":" + httpsPort());
  }

  private void foreground() throws IOException, InterruptedException {
    long began = System.nanoTime();
    DataDirectory data = DataDirectory.open(where.data);
    CountDownLatch end = new CountDownLatch(1);
    Installation installation = Installation.find();
    Platform platform =
        new Platform(
            installation,
            ClassArchives.of(installation.target()),
            data,
            new Platform.Settings(
                host, port, url(), httpsPort(), httpsUrl(), Map.copyOf(heaps), Arrangement.PLAIN),
            line -> OUT.println("countermark: " + line));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  platform.close();
                  end.countDown();
                },
                "stop"));
    try {
      platform.start();
    } catch (UserError | IOException e) {
      platform.close();
      throw e;
    }
    OUT.println(
        Banner.text(
            new Addresses(url(), httpsUrl(), platform.tlsAuthority()),
            StandaloneFormat.all(),
            background ? "in " + data.endpointFile() : platform.adminToken(),
            data.root(),
            Duration.ofNanos(System.nanoTime() - began).toMillis()));
    end.await();
  }

  private void detach() throws IOException, InterruptedException {
    DataDirectory data = DataDirectory.open(where.data);
    data.lock().release();
    Files.deleteIfExists(data.endpointFile());
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      command.add("/usr/bin/setsid"); // a closed terminal must not end the platform
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", // it only waits
            "-Dcountermark.home=" + Installation.find().home(),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "--background",
            "--data",
            data.root().toString(),
            "--port",
            Integer.toString(port),
            "--host",
            host,
            "--public-url",
            url(),
            "--https-port",
            Integer.toString(httpsPort())));
    httpsUrl().ifPresent(u -> command.addAll(List.of("--public-https-url", u)));
    heaps.forEach((part, size) -> command.addAll(List.of("--heap", part + "=" + size)));
    Path log = data.log("launcher");
    Files.deleteIfExists(log);
    Process launcher =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    while (!Files.exists(data.endpointFile())) {
      if (launcher.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new UserError(
            "the platform did not start:" + System.lineSeparator() + Files.readString(log).strip());
      }
    }
    OUT.println("countermark: ready on " + url() + "; address and token in " + data.endpointFile());
  }

  @Command(name = "stop", description = "Stops a platform that runs on the data directory.")
  static final class Stop implements Runnable {
    @Mixin private DataOption where;

    @Override
    public void run() {
      ProcessHandle launcher =
          DataDirectory.at(where.data)
              .process("launcher")
              .orElseThrow(
                  () ->
                      new UserError(
                          "no platform runs on " + where.data.toAbsolutePath().normalize()));
      launcher.destroy();
      try {
        launcher.onExit().get(60, TimeUnit.SECONDS);
        OUT.println("countermark: stopped");
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        launcher.destroyForcibly(); // its children notice and end by themselves
        throw new UserError("the platform did not stop within 60 s and was killed");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Command(
      name = "prepare",
      description =
          "Makes later starts and first requests faster: starts a platform, has it sign samples, and"
              + " keeps an archive of its classes. ./run does so after a build.")
  static final class Prepare implements java.util.concurrent.Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      Installation installation = Installation.find();
      ClassArchives archives = ClassArchives.make(installation.target());
      try (RunningPlatform platform =
          RunningPlatform.startTemporary(installation, archives, line -> {})) {
        // What only a push needs would be read from the jars while the first one waits.
        new Demo().exercise(platform);
      }
      archives.keep(installation.target());
      return 0;
    }
  }

  /** A command whose arguments another program takes. */
  private static CommandLine tool(Object command) {
    return new CommandLine(command)
        .setStopAtPositional(true)
        .setUnmatchedOptionsArePositionalParams(true);
  }

  /** Runs another program to its end. */
  private static int run(
      Installation installation, String heap, String tool, String main, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            heap,
            "-Dcountermark.home=" + installation.home(),
            "-cp",
            installation.tool(tool),
            main));
    command.addAll(arguments);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** Whatever stands behind {@code bench} is the benchmarks' own command line. */
  @Command(name = "bench", description = "Runs a benchmark; its last line is one JSON object.")
  static final class Bench implements java.util.concurrent.Callable<Integer> {
    @Parameters(
        paramLabel = "NAME [OPTION...]",
        arity = "0..*",
        description = "Which one, and its options; --help lists them.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
      return run(Installation.find(), "-Xmx2g", "bench", "dev.countermark.bench.Main", arguments);
    }
  }

  /** Whatever stands behind {@code faults} is the harness's own command line. */
  @Command(
      name = "faults",
      description = "Breaks a platform of its own while packages are pushed, and audits the rest.")
  static final class Faults implements java.util.concurrent.Callable<Integer> {
    @Parameters(
        paramLabel = "OPTION...",
        arity = "0..*",
        description = "--seed N, --faults N, --uploads N; --help lists them all.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
      return run(
          Installation.find(), "-Xmx512m", "faults", "dev.countermark.faults.Main", arguments);
    }
  }
}
