package dev.countermark.format.nuget.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.PackageSamples;
import dev.countermark.format.nuget.Sample;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The samples say what the real client says; so does the verifier, as its own test shows. */
class DotnetVerifyTest {
  private static final Pattern SAID =
      Pattern.compile("^(error|warn ): (?:(NU\\d{4}): |(?=[A-Z]))", Pattern.MULTILINE);

  @TempDir private static Path folder;

  @BeforeAll
  static void needsTheClient() {
    boolean found =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "dotnet")));
    if (!found) {
      System.err.println("SKIPPED: DotnetVerifyTest, because dotnet is not on the PATH");
      Assumptions.abort("dotnet is not on the PATH");
    }
  }

  /** Without those that need a test authority among the roots that belong to the SDK. */
  static Stream<Sample> samples() throws Exception {
    return PackageSamples.all().stream().filter(s -> !s.timestampAuthorityTrusted());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void theClientSaysTheSame(Sample sample) throws Exception {
    Path file = Files.write(folder.resolve(sample.id() + ".1.0.0.nupkg"), sample.file());
    Path config = Files.writeString(folder.resolve(sample.id() + ".config"), sample.nugetConfig());
    Path output = folder.resolve(sample.id() + ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(
                "dotnet",
                "nuget",
                "verify",
                file.toString(),
                "--configfile",
                config.toString(),
                "-v",
                "normal")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME", folder.toString(),
                "DOTNET_CLI_HOME", folder.toString(),
                "DOTNET_CLI_TELEMETRY_OPTOUT", "1",
                "DOTNET_NOLOGO", "1",
                "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1",
                "NUGET_CERT_REVOCATION_MODE", "offline"));
    builder.environment().remove("DOTNET_CLI_UI_LANGUAGE");
    Process client = builder.start();
    assertThat(client.waitFor(2, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(output);
    Stream<String> codes =
        SAID.matcher(said)
            .results()
            .map(
                m ->
                    (m.group(1).equals("error") ? "ERROR " : "WARNING ")
                        + (m.group(2) == null ? "" : m.group(2)))
            .filter(code -> !code.equals("WARNING "))
            .distinct();
    String[] expected =
        sample.expected().stream().filter(e -> !e.startsWith("STRICT")).toArray(String[]::new);
    assertThat(codes).as(said).containsExactlyInAnyOrder(expected);
    boolean refused = Arrays.stream(expected).anyMatch(e -> e.startsWith("ERROR"));
    assertThat(client.exitValue()).as(said).isEqualTo(refused ? 1 : 0);
  }
}
