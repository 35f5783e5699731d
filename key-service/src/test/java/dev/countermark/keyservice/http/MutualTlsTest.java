package dev.countermark.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.HttpKeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClientSettings;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** Real TLS both ways, with certificates of an authority that lives as long as the test. */
@QuarkusTest
@TestProfile(MutualTlsTest.Profile.class)
class MutualTlsTest {
  private static final RepositoryName REPOSITORY = new RepositoryName("acme", "tls");
  private static final Item ITEM = new Item("pkg:oci/a@b", "sha256:00", Bytes.of(new byte[32]));

  private static Path folder(String name) {
    Path folder = Path.of("target", "throw-away-" + name).toAbsolutePath();
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path file(String name) {
    return folder("authority").resolve(name);
  }

  /** Runs before the service starts, in another class loader: the test finds the files again. */
  public static class Profile extends TestClients {
    @Override
    public Map<String, String> getConfigOverrides() {
      ThrowAwayAuthority authority =
          new ThrowAwayAuthority(folder("authority"), "Throw-away authority");
      authority.issue("CN=key-service", "server");
      authority.issue("CN=signer-oci,O=Countermark", "signer");
      authority.issue("CN=signer-other,O=Countermark", "other");
      authority.issue("CN=nobody,O=Countermark", "nobody");
      // The same subject, vouched for by somebody whom the service does not trust.
      ThrowAwayAuthority foreign =
          new ThrowAwayAuthority(folder("foreign-authority"), "Foreign authority");
      foreign.issue("CN=signer-oci,O=Countermark", "signer");

      Map<String, String> config = new HashMap<>(super.getConfigOverrides());
      String clients = "countermark.keyservice.clients.";
      config.put(clients + "tls-signer.certificate-subject", "CN=signer-oci, O=Countermark");
      config.put(clients + "tls-signer.purposes", "oci");
      config.put(clients + "tls-signer.may-sign", "true");
      config.put(clients + "tls-other.certificate-subject", "CN=signer-other, O=Countermark");
      config.put(clients + "tls-other.may-sign", "true");
      config.put("quarkus.tls.key-store.pem.0.cert", file("server.pem").toString());
      config.put("quarkus.tls.key-store.pem.0.key", file("server.key").toString());
      config.put("quarkus.tls.trust-store.pem.certs", file("authority.pem").toString());
      config.put("quarkus.http.insecure-requests", "disabled");
      return config;
    }
  }

  @TestHTTPResource(value = "/", tls = true)
  URI url;

  private HttpKeyClient client(Optional<String> trust, Optional<Path> identity) {
    return patient(
        KeyClientSettings.bearer(url, "unused")
            .withoutCredential()
            .withTls(
                trust.map(MutualTlsTest::file),
                identity.map(i -> Path.of(i + ".pem")),
                identity.map(i -> Path.of(i + ".key"))));
  }

  /** The first handshakes of a young JVM take long on a busy machine. */
  private static HttpKeyClient patient(KeyClientSettings settings) {
    return new HttpKeyClient(
        new KeyClientSettings(
            settings.url(),
            settings.credential(),
            settings.trustCertificates(),
            settings.clientCertificate(),
            settings.clientKey(),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            settings.currentTtl()));
  }

  private static Optional<Path> identity(String name) {
    return Optional.of(file(name));
  }

  @Test
  void knowsAClientByItsCertificate() {
    var client = client(Optional.of("authority.pem"), identity("signer"));
    var batch = client.sign(REPOSITORY, new Purpose("oci"), List.of(ITEM));
    assertThat(batch.signatures()).hasSize(1);
    assertThat(client.current(REPOSITORY, new Purpose("oci"))).isEqualTo(batch.key());
  }

  @Test
  void knowsAClientByItsCredentialToo() {
    HttpKeyClient client =
        patient(
            KeyClientSettings.bearer(url, TestClients.SIGNER)
                .withTls(Optional.of(file("authority.pem")), Optional.empty(), Optional.empty()));
    assertThat(client.sign(REPOSITORY, new Purpose("oci"), List.of(ITEM)).signatures()).hasSize(1);
  }

  @Test
  void refusesAClientWithoutCertificate() {
    var client = client(Optional.of("authority.pem"), Optional.empty());
    assertRefused(client, "401");
  }

  @Test
  void refusesACertificateThatIsNotListed() {
    assertRefused(client(Optional.of("authority.pem"), identity("nobody")), "401");
  }

  @Test
  void refusesACertificateOfAnotherPurpose() {
    assertRefused(client(Optional.of("authority.pem"), identity("other")), "403");
  }

  @Test
  void refusesTheRightNameFromTheWrongAuthority() {
    Optional<Path> foreign = Optional.of(folder("foreign-authority").resolve("signer"));
    assertRefused(client(Optional.of("authority.pem"), foreign), "");
  }

  @Test
  void refusesAWrongCredentialInSpiteOfTheRightCertificate() {
    HttpKeyClient client =
        patient(
            KeyClientSettings.bearer(url, "wrong")
                .withTls(
                    Optional.of(file("authority.pem")),
                    Optional.of(file("signer.pem")),
                    Optional.of(file("signer.key"))));
    assertRefused(client, "401");
  }

  @Test
  void talksToNoServiceThatItCannotTrust() {
    assertRefused(client(Optional.empty(), identity("signer")), "cannot be reached");
  }

  /** Whoever probes has no certificate. */
  @Test
  void tellsAnybodyHowItIs() throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream authority = Files.newInputStream(file("authority.pem"))) {
      trusted.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(authority));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);

    var answer =
        HttpClient.newBuilder()
            .sslContext(tls)
            .build()
            .send(
                HttpRequest.newBuilder(url.resolve("/q/health/live"))
                    .timeout(Duration.ofMinutes(1))
                    .build(),
                HttpResponse.BodyHandlers.discarding());

    assertThat(answer.statusCode()).isEqualTo(200);
  }

  private static void assertRefused(HttpKeyClient client, String why) {
    assertThatThrownBy(() -> client.sign(REPOSITORY, new Purpose("oci"), List.of(ITEM)))
        .isInstanceOf(Failure.Transient.class)
        .hasMessageContaining(why);
  }
}
