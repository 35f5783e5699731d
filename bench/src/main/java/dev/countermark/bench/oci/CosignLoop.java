package dev.countermark.bench.oci;

import dev.countermark.bench.Programs;
import dev.countermark.bench.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The peer for signing: {@code cosign sign --key} in a loop, as a pipeline without us would. */
final class CosignLoop {
  private final Path cosign;
  private final Path home;
  private final boolean third;

  private CosignLoop(Path cosign, Path home, boolean third) {
    this.cosign = cosign;
    this.home = home;
    this.third = third;
  }

  static CosignLoop prepare(Path cosign, Target target) throws IOException {
    Path home = Files.createDirectories(target.scratch().resolve("cosign"));
    String auth =
        Base64.getEncoder()
            .encodeToString(("token:" + target.token()).getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        home.resolve("config.json"),
        "{\"auths\":{\"" + target.url().getAuthority() + "\":{\"auth\":\"" + auth + "\"}}}");
    boolean third =
        Programs.run(home, Map.of("HOME", home.toString()), List.of(cosign.toString(), "version"))
            .contains("v3.");
    CosignLoop loop = new CosignLoop(cosign, home, third);
    loop.run("generate-key-pair");
    return loop;
  }

  /** The major version, as released. */
  String version() {
    return third ? "3" : "2";
  }

  void sign(String reference) {
    if (third) {
      run(
          "sign",
          "--key",
          "cosign.key",
          "--use-signing-config=false",
          "--tlog-upload=false",
          reference);
    } else {
      run("sign", "--key", "cosign.key", "--tlog-upload=false", reference);
    }
  }

  private void run(String... arguments) {
    List<String> command = new ArrayList<>(List.of(cosign.toString()));
    command.addAll(List.of(arguments));
    Programs.run(
        home,
        Map.of(
            "HOME",
            home.toString(),
            "DOCKER_CONFIG",
            home.toString(),
            "COSIGN_PASSWORD",
            "",
            "COSIGN_YES",
            "true"),
        command);
  }
}
