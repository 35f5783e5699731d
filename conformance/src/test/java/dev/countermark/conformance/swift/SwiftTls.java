package dev.countermark.conformance.swift;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.SkippedClients;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Swift client trusts no other authorities of TLS certificates than those of the system, so
 * their file is overlaid while the client runs, for the client alone. Which file that is when
 * {@code swift} is a script is told by COUNTERMARK_SWIFT_CA_FILE.
 */
final class SwiftTls {
  private SwiftTls() {}

  /**
   * The beginning of a command that trusts one authority more, or a skipped test.
   *
   * @param folder for the file that the client gets to see
   */
  static List<String> trusting(Client swift, Path folder, Path authority) {
    Optional<Path> system = systemAuthorities(swift);
    boolean possible = system.isPresent() && mayMount(folder);
    if (!possible) {
      SkippedClients.record("swift over TLS (needs root and COUNTERMARK_SWIFT_CA_FILE)");
    }
    assumeTrue(possible, "the authorities that swift trusts for TLS cannot be set");
    try {
      Path both =
          Files.writeString(
              folder.resolve("authorities.pem"),
              Files.readString(system.get())
                  + System.lineSeparator()
                  + Files.readString(authority));
      return List.of(
          "unshare",
          "--mount",
          "bash",
          "-c",
          "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"",
          both.toString(),
          system.get().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> systemAuthorities(Client swift) {
    String told = System.getenv("COUNTERMARK_SWIFT_CA_FILE");
    return (told != null
            ? Optional.of(told)
            : Optional.of("/etc/ssl/certs/ca-certificates.crt").filter(f -> isNative(swift)))
        .map(Path::of)
        .filter(Files::isRegularFile);
  }

  /** A script may start a program in another root. */
  private static boolean isNative(Client swift) {
    try (InputStream program = Files.newInputStream(swift.program())) {
      return program.read() == 0x7f;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean mayMount(Path folder) {
    return Command.run(
                folder,
                Map.of(),
                Duration.ofMinutes(1),
                List.of("unshare", "--mount", "mount", "--bind", ".", "."))
            .exitCode()
        == 0;
  }
}
