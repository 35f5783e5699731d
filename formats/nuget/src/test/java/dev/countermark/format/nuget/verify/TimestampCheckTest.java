package dev.countermark.format.nuget.verify;

import static dev.countermark.format.nuget.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import java.security.KeyPair;
import java.time.Duration;
import java.util.function.Consumer;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.junit.jupiter.api.Test;

class TimestampCheckTest {
  private static final byte[] SIGNATURE = new byte[384];

  private static byte[] token(Consumer<TestTsa> change) {
    TestTsa authority = new TestTsa();
    change.accept(authority);
    return authority.token(SIGNATURE);
  }

  private static void refused(String why, Consumer<TestTsa> change) {
    assertThat(TimestampCheck.objection(token(change), SIGNATURE, NOW))
        .hasValueSatisfying(objection -> assertThat(objection).contains(why));
  }

  @Test
  void takesWhatClientsTakeWhoeverTheRootIs() {
    assertThat(TimestampCheck.objection(token(t -> {}), SIGNATURE, NOW)).isEmpty();
    assertThat(TimestampCheck.objection(token(t -> t.withChain = false), SIGNATURE, NOW)).isEmpty();
  }

  @Test
  void refusesATokenThatClientsRefuse() {
    refused("something else", t -> t.aboutSomethingElse = true);
    refused("does not contain its signer's certificate", t -> t.withCertificates = false);
    refused("timestamp", t -> t.spoiled = true);
    refused("unsupported hash", t -> t.imprintAlgorithm = TSPAlgorithms.SHA1);
    refused("unsupported hash", t -> t.signatureAlgorithm = "SHA1withRSA");
    refused("validity", t -> t.time = NOW.minus(Duration.ofDays(3 * 365)));
    assertThat(TimestampCheck.objection(new byte[100], SIGNATURE, NOW)).isPresent();
  }

  @Test
  void refusesACertificateThatClientsRefuse() {
    KeyPair weak = TestPki.rsa(1024);
    refused(
        "2048",
        t -> {
          t.key = weak;
          t.certificate = TestTsa.certificate(p -> p.key(weak));
        });
    KeyPair ec = TestPki.ec();
    refused(
        "not RSA",
        t -> {
          t.key = ec;
          t.signatureAlgorithm = "SHA256withECDSA";
          t.certificate = TestTsa.certificate(p -> p.key(ec));
        });
    refused(
        "unsupported algorithm",
        t ->
            t.certificate =
                TestTsa.certificate(p -> p.issuer(TestTsa.ROOT, TestTsa.ROOT_KEY, "SHA1withRSA")));
    refused(
        "not yet valid",
        t ->
            t.certificate =
                TestTsa.certificate(
                    p -> p.validity(NOW.plus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(2)))));
  }
}
