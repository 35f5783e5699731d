package dev.countermark.ctl.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator who proves himself to the key service by a certificate. */
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;
  private final List<String> credentials = new ArrayList<>();
  private HttpsServer server;
  private StubServer commands;

  @BeforeEach
  void listen() throws Exception {
    KeyStore serving = made("server");
    KeyStore operator = made("operator");
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(serving, PASSWORD);
    KeyStore known = KeyStore.getInstance("PKCS12");
    known.load(null, null);
    known.setCertificateEntry("operator", operator.getCertificate("operator"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(known);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            var wanted = getSSLContext().getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          credentials.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          byte[] answer = "{\"keys\":[]}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    commands = new StubServer(folder);
  }

  @AfterEach
  void stop() {
    server.stop(0);
    commands.close();
  }

  /** A key with a certificate of its own, and both as PEM. */
  private KeyStore made(String name) throws Exception {
    File file = folder.resolve(name + ".p12").toFile();
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=IP:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                file.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
    KeyStore store = KeyStore.getInstance(file, PASSWORD);
    Certificate certificate = store.getCertificate(name);
    pem(name + ".pem", "CERTIFICATE", certificate.getEncoded());
    pem(name + ".key", "PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded());
    return store;
  }

  private void pem(String name, String what, byte[] content) throws Exception {
    Files.writeString(
        folder.resolve(name),
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder().encodeToString(content)
            + "\n-----END "
            + what
            + "-----\n");
  }

  private int list(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "keys",
                "list",
                "acme/app",
                "--keys-url",
                "https://127.0.0.1:" + server.getAddress().getPort()));
    command.addAll(List.of(options));
    return commands.execute(command);
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void aCertificateIsEnough() {
    assertThat(
            list(
                "--keys-ca",
                file("server.pem"),
                "--keys-certificate",
                file("operator.pem"),
                "--keys-key",
                file("operator.key")))
        .as(commands.err())
        .isZero();

    assertThat(credentials).containsExactly("null");
  }

  @Test
  void trustsNobodyWhoIsNotNamed() {
    assertThat(list("--keys-certificate", file("operator.pem"), "--keys-key", file("operator.key")))
        .isEqualTo(3);
    assertThat(commands.err()).contains("--keys-ca");
  }

  @Test
  void saysWhatIsWrongWithAFile() {
    assertThat(list("--keys-certificate", file("operator.pem"))).isEqualTo(2);
    assertThat(commands.err()).contains("go together");

    assertThat(list("--keys-certificate", file("operator.pem"), "--keys-key", file("server.pem")))
        .isEqualTo(2);
    assertThat(commands.err()).contains("PKCS#8");

    assertThat(list("--keys-certificate", file("server.key"), "--keys-key", file("operator.key")))
        .isEqualTo(2);
    assertThat(commands.err()).contains("no certificate");

    assertThat(list("--keys-certificate", file("nowhere"), "--keys-key", file("operator.key")))
        .isEqualTo(2);
    assertThat(commands.err()).contains("no such file");
  }
}
