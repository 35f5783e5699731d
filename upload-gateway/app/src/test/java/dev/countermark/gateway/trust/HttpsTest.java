package dev.countermark.gateway.trust;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway speaks HTTPS with the documented configuration and a throw-away certificate. */
@QuarkusTest
@TestProfile(HttpsTest.WithCertificate.class)
class HttpsTest {
  @TestHTTPResource(value = "/", tls = true)
  URI https;

  @ConfigProperty(name = "quarkus.http.ssl.certificate.files")
  Path certificate;

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void servesTheCertificateItWasGiven(String protocol) throws Exception {
    HttpResponse<String> answer = get("", offering(protocol));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("Countermark");
    assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo(protocol);
  }

  /** Neither what TLS 1.2 has of old, nor what is older than that. */
  @Test
  void offersNothingThatIsOutOfDate() {
    SSLParameters suite = offering("TLSv1.2");
    suite.setCipherSuites(
        new String[] {
          "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"
        });

    assertThatThrownBy(() -> get("", suite)).isInstanceOf(SSLException.class);
  }

  /** Whoever came over TLS is sent nowhere else with his credentials. */
  @Test
  void asksForCredentialsWhereTheRequestCameIn() throws Exception {
    assertThat(get("v2/", new SSLParameters()).headers().firstValue("WWW-Authenticate"))
        .contains("Bearer realm=\"https://tls.test:8443/v2/token\",service=\"tls.test:8443\"");
    given()
        .get("/v2/")
        .then()
        .header("WWW-Authenticate", containsString("realm=\"http://registry.test:8080/v2/token"));
    assertThat(get("", new SSLParameters()).body())
        .contains("https://tls.test:8443/")
        .doesNotContain("http://");
  }

  @Test
  void everyAnswerSaysHowItIsToBeTaken() throws Exception {
    for (String path : List.of("", "v2/", "nowhere", "q/health/live", "api/v1/repositories")) {
      var headers = get(path, new SSLParameters()).headers();
      assertThat(headers.firstValue("X-Content-Type-Options")).as(path).contains("nosniff");
      assertThat(headers.firstValue("Strict-Transport-Security")).as(path).isPresent();
      assertThat(headers.firstValue("Cache-Control")).as(path).isPresent();
    }
    var ofThisMachine = get(https.resolve(""), new SSLParameters()).headers();
    assertThat(ofThisMachine.firstValue("Strict-Transport-Security"))
        .as("other services are called localhost, too")
        .isEmpty();
    given()
        .get("/")
        .then()
        .header("X-Content-Type-Options", "nosniff")
        .header("Cache-Control", "private, no-cache")
        .header("Strict-Transport-Security", nullValue());
  }

  private HttpResponse<String> get(String path, SSLParameters offered)
      throws GeneralSecurityException, IOException, InterruptedException {
    return get(URI.create("https://127.0.0.1:" + https.getPort() + "/").resolve(path), offered);
  }

  private HttpResponse<String> get(URI address, SSLParameters offered)
      throws GeneralSecurityException, IOException, InterruptedException {
    HttpClient client =
        HttpClient.newBuilder().sslContext(trusting()).sslParameters(offered).build();
    return client.send(
        HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(20)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static SSLParameters offering(String protocol) {
    SSLParameters offered = new SSLParameters();
    offered.setProtocols(new String[] {protocol});
    return offered;
  }

  private SSLContext trusting() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var in = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "gateway", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** What an operator sets, with a certificate that is made for this run. */
  public static class WithCertificate implements QuarkusTestProfile {
    private static void write(Path certificateFile, Path keyFile)
        throws IOException, GeneralSecurityException, OperatorCreationException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      X500Name name = new X500Name("CN=localhost");
      Instant now = Instant.now();
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          name,
                          BigInteger.ONE,
                          Date.from(now.minusSeconds(3_600)),
                          Date.from(now.plusSeconds(3_600)),
                          name,
                          pair.getPublic())
                      .addExtension(
                          Extension.subjectAlternativeName,
                          false,
                          new GeneralNames(
                              new GeneralName[] {
                                new GeneralName(GeneralName.dNSName, "localhost"),
                                new GeneralName(GeneralName.iPAddress, "127.0.0.1")
                              }))
                      .build(
                          new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
      Files.writeString(certificateFile, pem("CERTIFICATE", certificate.getEncoded()));
      Files.writeString(keyFile, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    }

    private static String pem(String type, byte[] der) {
      return "-----BEGIN "
          + type
          + "-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
          + "\n-----END "
          + type
          + "-----\n";
    }

    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        Path directory = Files.createTempDirectory("gateway-https");
        Path certificate = directory.resolve("tls.crt");
        Path key = directory.resolve("tls.key");
        write(certificate, key);
        directory.toFile().deleteOnExit();
        certificate.toFile().deleteOnExit();
        key.toFile().deleteOnExit();
        return Map.of(
            "quarkus.http.ssl.certificate.files",
            certificate.toString(),
            "quarkus.http.ssl.certificate.key-files",
            key.toString(),
            "countermark.public-https-url",
            "https://tls.test:8443/",
            "quarkus.http.test-ssl-port",
            "0");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (GeneralSecurityException | OperatorCreationException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
