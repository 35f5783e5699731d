package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Client.Home;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.testkit.oci.SampleImage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that come by the https name, to a private repository: they are told no other name, log in
 * there, and never send what they have over plain http.
 */
@ExtendWith(PlatformExtension.class)
class TlsClientsTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final SampleImage IMAGE = SampleImage.oci(71);

  /** A file system, as a tar. */
  private static final byte[] ROOT = SampleImage.tar("hello", new byte[] {1, 2, 3});

  /** Podman wants a short name. */
  @TempDir private Path runs;

  private Platform platform;
  private OciRepository repository;
  private Home home;
  private String reference;
  private Map<String, String> trust;

  @BeforeEach
  void freshRepository(Platform platform) throws IOException {
    this.platform = platform;
    repository = OciRepository.open(platform);
    String host = platform.httpsUrl().getAuthority();
    home = Home.create(platform.scratch(), Map.of(host, repository.token()));
    reference = host + "/" + repository.name("app");
    Path authority = platform.tlsAuthority().orElseThrow();
    // Some clients run in a root of their own, which has this home and not the platform's folder.
    trust = Map.of("SSL_CERT_FILE", home.file("ca.pem", Files.readString(authority)));
  }

  private Command.Result run(String client, String... arguments) {
    return Client.require(client).run(home, LIMIT, trust, arguments);
  }

  private String layout() {
    Path directory = home.directory().resolve("layout");
    IMAGE.writeLayout(directory, "1.0");
    return directory.toString();
  }

  /** By a client that needs none of the others. */
  private void push() {
    repository.registry().push(repository.name("app"), "1.0", IMAGE);
    repository.awaitSigned("app", IMAGE.digest());
  }

  private void isStoredAndSigned() {
    assertThat(repository.registry().manifest(repository.name("app"), "1.0"))
        .contains(IMAGE.manifest());
    Images.assertSignedOnce(platform, repository, "app", IMAGE.digest());
  }

  @Test
  void cranePushesAndPulls() {
    run("crane", "push", layout(), reference + ":1.0").succeeded();
    isStoredAndSigned();
    assertThat(run("crane", "digest", reference + ":1.0").succeeded().output())
        .contains(IMAGE.digest());
    run("crane", "pull", "--format=oci", reference + ":1.0", "pulled").succeeded();
  }

  @Test
  void orasLogsInPushesAndPulls() {
    run(
            "oras",
            "login",
            platform.httpsUrl().getAuthority(),
            "--username",
            "ci",
            "--password",
            repository.token())
        .succeeded();
    run("oras", "cp", "--from-oci-layout", layout() + ":1.0", reference + ":1.0").succeeded();
    isStoredAndSigned();
    run("oras", "cp", reference + ":1.0", "--to-oci-layout", "pulled:1.0").succeeded();
    assertThat(run("oras", "discover", "--format", "json", reference + ":1.0").succeeded().output())
        .contains("application/vnd.dev.sigstore.bundle");
  }

  @Test
  void skopeoPushesAndPulls() {
    Path directory = home.directory().resolve("directory");
    IMAGE.writeDirectory(directory);
    run(
            "skopeo",
            "copy",
            "--insecure-policy",
            "--preserve-digests",
            "dir:" + directory,
            "docker://" + reference + ":1.0")
        .succeeded();
    isStoredAndSigned();
    skopeo("--insecure-policy", reference + ":1.0").succeeded();
  }

  private Command.Result skopeo(String policy, String image) {
    return run(
        "skopeo",
        "--registries.d",
        home.directory().toString(),
        policy,
        "copy",
        "docker://" + image,
        "dir:" + home.directory().resolve("pulled"));
  }

  /** Signatures state the http name here; a tag that is signed, too, is mapped to it. */
  @Test
  void skopeoVerifiesSignedTagsUnderThePolicyOfTheHttpsName() {
    repository = OciRepository.open(platform, OciOptions.defaults().with("signTags", true));
    String host = platform.httpsUrl().getAuthority();
    home.file(
        "docker/config.json",
        "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}"
            .formatted(
                host,
                Base64.getEncoder()
                    .encodeToString(
                        ("ci:" + repository.token()).getBytes(StandardCharsets.UTF_8))));
    reference = host + "/" + repository.name("app");
    push();
    String keys = "/" + repository.path() + "/keys/oci/";
    String policy = secure(keys + "policy.json");
    home.file("policy.json", policy);
    home.file("countermark.yaml", secure(keys + "registries.yaml"));
    String withPolicy = "--policy=" + home.directory().resolve("policy.json");

    skopeo(withPolicy, reference + ":1.0").succeeded();

    home.file(
        "policy.json",
        policy.replace("\"signedPrefix\":\"" + platform.host(), "\"signedPrefix\":\"other.test"));
    assertThat(skopeo(withPolicy, reference + ":1.0").output()).contains("is not accepted");
  }

  private String secure(String path) {
    HttpResponse<byte[]> answer = platform.getSecurely(path);
    assertThat(answer.statusCode()).isEqualTo(200);
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** As root it keeps images where it is told to, and nowhere else. */
  private Command.Result podman(String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--root",
                home.directory().resolve("images").toString(),
                "--runroot",
                runs.toString(),
                "--storage-driver=vfs",
                "--events-backend=file"));
    all.addAll(List.of(arguments));
    // It trusts what its own option says.
    return Client.require("podman").run(home, LIMIT, Map.of(), all.toArray(String[]::new));
  }

  private String certificates() throws IOException {
    Path folder = Files.createDirectories(home.directory().resolve("certificates"));
    Files.copy(platform.tlsAuthority().orElseThrow(), folder.resolve("ca.crt"));
    return "--cert-dir=" + folder;
  }

  /** Its policies are the library's that skopeo has, too; Debian's podman is built without them. */
  @Test
  void podmanPushesAndPulls() throws IOException {
    String certificates = certificates();
    String image = reference + ":1.0";
    podman("import", home.file("rootfs.tar", new String(ROOT, StandardCharsets.ISO_8859_1)), image)
        .succeeded();
    podman("push", certificates, image).succeeded();
    String digest =
        repository.registry().manifest(repository.name("app"), "1.0").orElseThrow().digest();
    Images.assertSigned(platform, repository, "app", digest);
    podman("rmi", image).succeeded();

    podman("pull", certificates, reference + "@" + digest).succeeded();

    podman("rmi", "--all").succeeded();
    Files.delete(home.directory().resolve("certificates/ca.crt"));
    assertThat(podman("pull", certificates, image).output()).contains("certificate");
  }

  @Test
  void dockerLogsInPushesAndPulls() throws IOException {
    String host = platform.httpsUrl().getAuthority();
    String image = reference + ":1.0";
    String tar = home.file("rootfs.tar", new String(ROOT, StandardCharsets.ISO_8859_1));
    try (DockerEngine docker = DockerEngine.require(home)) {
      docker.run("login", "--username=ci", "--password=" + repository.token(), host).succeeded();
      docker.run("import", tar, image).succeeded();
      docker.run("push", image).succeeded();
      String digest =
          repository.registry().manifest(repository.name("app"), "1.0").orElseThrow().digest();
      Images.assertSigned(platform, repository, "app", digest);
      docker.run("image", "rm", image).succeeded();
      assertThat(docker.run("pull", image).succeeded().output()).contains(digest);
      docker.run("image", "rm", image).succeeded();
    }
  }

  @Test
  void bothCosignsVerify() {
    push();
    String key = platform.httpsUrl() + "/" + repository.path() + "/keys/oci/cosign.pub";
    for (String cosign : new String[] {"cosign2", "cosign3"}) {
      Command.Result verified =
          run(cosign, "verify", "--key", key, "--insecure-ignore-tlog=true", reference + ":1.0");
      assertThat(verified.exitCode()).as(verified::toString).isZero();
    }
  }
}
