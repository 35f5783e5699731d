package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.gateway.nuget.FeedClient.Answer;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** What clients need to trust the packages of a feed, where the gateway is behind plain HTTP. */
@QuarkusTest
class FeedTrustTest extends FeedTestBase {
  private PublicKeyVersion key(Feed feed) {
    return keyClient.current(feed.name, new Purpose("nuget"));
  }

  private static String trust(Feed feed, String file) {
    return "/" + feed.name + "/keys/nuget/" + file;
  }

  private static List<Bytes> certificates(byte[] pem) throws Exception {
    List<Bytes> all = new ArrayList<>();
    for (var certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem))) {
      all.add(Bytes.of(((X509Certificate) certificate).getEncoded()));
    }
    return all;
  }

  @Test
  void signaturesAreNotAnnouncedOverHttp() {
    Feed feed = feed();

    String index = anonymous().get(feed.at("index.json")).is(200).text();

    assertThat(index).contains("PackagePublish/2.0.0").doesNotContain("RepositorySignatures");
    for (String version : List.of("4.7.0", "4.9.0", "5.0.0")) {
      anonymous().get(feed.at("repository-signatures/" + version + "/index.json")).is(404);
    }
  }

  @Test
  void theClientsConfiguration() throws Exception {
    Feed feed = feed();
    Answer answer = anonymous().get(trust(feed, "nuget.config")).is(200);
    answer.has("X-Content-Type-Options", "nosniff");

    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(answer.body()));
    String index = "http://registry.test:8080" + feed.at("index.json");
    Element repository = (Element) document.getElementsByTagName("repository").item(0);
    assertThat(repository.getAttribute("serviceIndex")).isEqualTo(index);
    Element certificate = (Element) document.getElementsByTagName("certificate").item(0);
    assertThat(certificate.getAttribute("fingerprint"))
        .isEqualTo(TestSigner.fingerprint(key(feed)));
    assertThat(certificate.getAttribute("hashAlgorithm")).isEqualTo("SHA256");
    assertThat(certificate.getAttribute("allowUntrustedRoot")).isEqualTo("true");
    assertThat(document.getElementsByTagName("owners").item(0).getTextContent())
        .isEqualTo("nuget-test");
    assertThat(answer.text())
        .contains("value=\"" + index + "\"", "allowInsecureConnections=\"true\"", "require");
  }

  @Test
  void theClientsConfigurationOfAPrivateFeedSaysHowToGiveATokenAndHasNoneIfItIsOpen()
      throws Exception {
    Feed feed = feed();
    String name = "countermark_" + feed.name.toString().replaceAll("[/-]", "_");
    assertThat(name).matches("[a-z][a-z0-9_]*");

    assertThat(anonymous().get(trust(feed, "nuget.config")).is(200).text())
        .contains(
            "<add key=\"" + name + "\" value=",
            "NuGetPackageSourceCredentials_" + name + ":",
            "Username=token;Password=TOKEN");
    Feed open = feed("{\"anonymousRead\":true}");
    assertThat(anonymous().get(trust(open, "nuget.config")).is(200).text())
        .doesNotContain("Credentials");
  }

  @Test
  void theRootAndTheChain() throws Exception {
    Feed feed = feed();
    List<Bytes> chain = key(feed).certificates();

    assertThat(certificates(anonymous().get(trust(feed, "root.pem")).is(200).body()))
        .containsExactly(chain.get(chain.size() - 1));
    assertThat(certificates(anonymous().get(trust(feed, "chain.pem")).is(200).body()))
        .isEqualTo(chain);
    assertThat(Bytes.of(anonymous().get(trust(feed, "root.crt")).is(200).body()))
        .isEqualTo(chain.get(chain.size() - 1));
    anonymous().get(trust(feed, "other")).is(404);
    anonymous().get("/nuget-test/unknown/keys/nuget/root.pem").is(404);
    anonymous()
        .get(feed.at("repository-signatures/certificates/" + "0".repeat(64) + ".crt"))
        .is(404);
  }
}
