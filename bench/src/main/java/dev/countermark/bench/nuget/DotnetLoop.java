package dev.countermark.bench.nuget;

import dev.countermark.bench.Programs;
import dev.countermark.bench.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The peer for signing: {@code dotnet nuget sign} in a loop, as a pipeline without us would. */
final class DotnetLoop {
  private static final String PASSWORD = "bench-only";

  private final Path dotnet;
  private final Path home;

  private DotnetLoop(Path dotnet, Path home) {
    this.dotnet = dotnet;
    this.home = home;
  }

  static DotnetLoop prepare(Path dotnet, Target target) throws IOException {
    Path home = Files.createDirectories(target.scratch().resolve("dotnet"));
    Programs.run(
        home,
        Map.of(),
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keyalg",
            "RSA",
            "-keysize",
            "3072",
            "-sigalg",
            "SHA256withRSA",
            "-dname",
            "CN=Bench",
            "-ext",
            "bc:c=ca:false",
            "-ext",
            "ku:c=digitalSignature",
            "-ext",
            "eku=codeSigning",
            "-validity",
            "30",
            "-storetype",
            "PKCS12",
            "-keystore",
            "signer.pfx",
            "-storepass",
            PASSWORD));
    return new DotnetLoop(dotnet, home);
  }

  void sign(SamplePackage nupkg) throws IOException {
    Path file = Files.write(home.resolve(nupkg.name()), nupkg.bytes());
    Programs.run(
        home,
        Map.of(
            "HOME",
            home.toString(),
            "DOTNET_CLI_HOME",
            home.toString(),
            "DOTNET_CLI_TELEMETRY_OPTOUT",
            "1",
            "DOTNET_NOLOGO",
            "1",
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT",
            "1"),
        List.of(
            dotnet.toString(),
            "nuget",
            "sign",
            file.toString(),
            "--certificate-path",
            home.resolve("signer.pfx").toString(),
            "--certificate-password",
            PASSWORD));
  }
}
