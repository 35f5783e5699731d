package dev.countermark.standalone.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.countermark.format.nuget.verify.PackageVerifier;
import dev.countermark.format.nuget.verify.VerificationMode;
import dev.countermark.format.nuget.verify.VerificationPolicy;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.standalone.RunningPlatform;
import dev.countermark.standalone.UserError;
import dev.countermark.standalone.demo.Checks;
import dev.countermark.standalone.demo.Clients;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Pushes a NuGet package, waits until it is signed, verifies and restores it. */
final class NugetDemo {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ID = "Countermark.Demo";
  private static final String INDEX = "/nuget/v3/index.json";
  private static final String BOUNDARY = "countermark-demo-boundary";

  /** Where the first entry says when it was made: still a package, but not the one signed. */
  private static final int LAST_MODIFIED = 10;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String feed;
  private final String keys;
  private final String token;
  private final Optional<Path> authority;
  private final Checks checks;
  private final HttpClient http;

  /** Every run pushes a version of its own: a version is given away once. */
  private final String version = "1.0." + Instant.now().getEpochSecond() % 1_000_000_000;

  NugetDemo(RunningPlatform platform, String repository, Checks checks)
      throws IOException, GeneralSecurityException {
    String base = platform.addresses().secureUrl() + "/" + repository;
    this.feed = base;
    this.keys = base + "/keys/nuget/";
    this.token = platform.adminToken();
    this.authority = platform.addresses().tlsAuthority();
    this.checks = checks;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10));
    if (authority.isPresent()) {
      builder.sslContext(trusting(authority.get()));
    }
    this.http = builder.build();
  }

  private static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "platform",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(authority))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  void show() throws IOException, InterruptedException {
    byte[] nupkg = nupkg();
    push(nupkg);
    awaitSigned();
    byte[] signed = get(feed + "/nuget/v3/flat/" + lower() + "/" + version + "/" + file());
    checks.check(ID + ", repository signature", "own verifier", verifies(signed, nupkg));
    byte[] tampered = signed.clone();
    tampered[LAST_MODIFIED] ^= 1;
    checks.check(ID + ", altered package is refused", "own verifier", !verifies(tampered, nupkg));
    if (checks.client("dotnet").isPresent()) {
      dotnet(signed, tampered);
    } else {
      checks.say("no dotnet on the PATH: its checks are left out");
    }
  }

  private static String lower() {
    return ID.toLowerCase(java.util.Locale.ROOT);
  }

  private String file() {
    return lower() + "." + version + ".nupkg";
  }

  private byte[] nupkg() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, String> entry :
          Map.of(
                  ID + ".nuspec",
                  "<?xml version=\"1.0\"?><package><metadata><id>"
                      + ID
                      + "</id><version>"
                      + version
                      + "</version><authors>demo</authors><description>A sample</description>"
                      + "</metadata></package>",
                  "content/hello.txt",
                  "hello\n")
              .entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  private void push(byte[] nupkg) throws IOException, InterruptedException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        ("--"
                + BOUNDARY
                + "\r\nContent-Disposition: form-data; name=\"package\"; filename=\"p.nupkg\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    body.writeBytes(nupkg);
    body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    HttpResponse<byte[]> answer =
        send(
            HttpRequest.newBuilder(URI.create(feed + "/nuget/v3/package/"))
                .header("X-NuGet-ApiKey", token)
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
    if (answer.statusCode() != 201 && answer.statusCode() != 202) { // 202: not yet signed
      throw new UserError(
          "the push of "
              + file()
              + " was answered "
              + answer.statusCode()
              + ": "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
  }

  private void awaitSigned() throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode status = json(get(feed + "/status/nuget/" + lower() + "/" + version));
      String stage = status.path("status").asText();
      if (stage.equals("signed")) {
        checks.signed(ID + " " + version, status.path("lagMillis").asLong(), "the push");
        return;
      }
      if (stage.equals("refused") || System.nanoTime() > end) {
        throw new UserError(file() + " is " + stage + ", not signed");
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** Whether it is the pushed package, signed by this feed and by nobody else. */
  private boolean verifies(byte[] signed, byte[] pushed) throws IOException, InterruptedException {
    try {
      X509Certificate root =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(get(keys + "root.crt")));
      VerificationReport report =
          new PackageVerifier()
              .verify(
                  ByteSource.of(signed),
                  VerificationPolicy.builder(VerificationMode.VERIFY, Instant.now())
                      .codeSigningRoots(List.of(root))
                      .expectedServiceIndex(
                          URI.create(feed.replaceFirst("^http:", "https:") + INDEX))
                      .build());
      byte[] hash = MessageDigest.getInstance("SHA-512").digest(pushed);
      return report.accepted()
          && report.contentHash().equals(Optional.of(Base64.getEncoder().encodeToString(hash)));
    } catch (GeneralSecurityException e) {
      throw new IOException("the feed's root cannot be read", e);
    }
  }

  private void dotnet(byte[] signed, byte[] tampered) throws IOException, InterruptedException {
    Path work = checks.folder();
    Path config = Files.write(work.resolve("nuget.config"), get(keys + "nuget.config"));
    for (boolean good : new boolean[] {true, false}) {
      Path file = Files.write(work.resolve("p.nupkg"), good ? signed : tampered);
      boolean passed =
          run(
              work,
              List.of(
                  "dotnet", "nuget", "verify", file.toString(), "--configfile", config.toString()));
      checks.check(
          ID + (good ? " is verified" : ", altered, is refused"),
          "dotnet nuget verify",
          passed == good);
    }
    Path project = Files.createDirectories(work.resolve("project")).resolve("p.csproj");
    Files.writeString(
        project,
        "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0"
            + "</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include=\""
            + ID
            + "\" Version=\""
            + version
            + "\"/></ItemGroup></Project>");
    boolean restored =
        run(
            work,
            List.of("dotnet", "restore", project.toString(), "--configfile", config.toString()));
    checks.check(ID + " is restored, signatures required", "dotnet restore", restored);
  }

  private boolean run(Path work, List<String> command) throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", work.toString());
    environment.put("DOTNET_CLI_HOME", work.toString());
    environment.put("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
    environment.put("DOTNET_NOLOGO", "1");
    environment.put("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    environment.put("NUGET_PACKAGES", work.resolve("packages").toString());
    environment.put("NUGET_HTTP_CACHE_PATH", work.resolve("http").toString());
    environment.put("NUGET_CERT_REVOCATION_MODE", "offline");
    authority.ifPresent(a -> environment.put("SSL_CERT_FILE", a.toString()));
    return Clients.run(work, environment, command).succeeded();
  }

  private byte[] get(String address) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        send(HttpRequest.newBuilder(URI.create(address)).header("X-NuGet-ApiKey", token));
    if (answer.statusCode() != 200) {
      throw new UserError(address + " was answered " + answer.statusCode());
    }
    return answer.body();
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(
        request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static JsonNode json(byte[] content) {
    try {
      return JSON.readTree(content);
    } catch (IOException e) {
      throw new UserError("the gateway answered with something that is not JSON");
    }
  }
}
