package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.records;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.KeyTerms.Algorithm;
import dev.countermark.contracts.KeyTerms.Certification;
import dev.countermark.contracts.KeyTerms.Names;
import dev.countermark.contracts.KeyTerms.Revocation;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Purposes that nobody here has heard of: their terms are all that the service needs. */
class NewPurposeTest {
  private static final String TEXT = "text";
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/tools");
  private static final KeyScope BARE = new KeyScope(REPOSITORY, new Purpose("echo"));
  private static final KeyScope CERTIFIED = new KeyScope(REPOSITORY, new Purpose("echo-2"));
  private static final Caller CALLER =
      new Caller("anybody", Set.of(BARE.purpose(), CERTIFIED.purpose()), true, true, false);

  /** Unlike those of any format: RSA below an intermediate. */
  private static final KeyTerms TERMS =
      new KeyTerms(
          Algorithm.RSA,
          Duration.ofMinutes(10),
          Optional.of(
              new Certification(
                  new Names("Echo Signing", "echo signing", true),
                  true,
                  Period.ofYears(1),
                  Duration.ofDays(10),
                  Revocation.RESPONDER,
                  Fixtures.CURVES)));

  private static final Map<Purpose, KeyPolicy> POLICIES =
      Map.of(
          BARE.purpose(),
          KeyPolicy.of(KeyTerms.bare(Algorithm.ECDSA)),
          CERTIFIED.purpose(),
          new KeyPolicy(TERMS, 2_048, 2_048, "Example", Optional.empty(), Optional.empty()));

  private final BlobStore store = new InMemoryBlobStore();
  private final KeyService service = replica(store, Clock.systemUTC(), POLICIES);
  private final KeyCustodian custodian = service.custodian();

  /** Whether the first signature is one over {@link #TEXT}. */
  private static boolean verifies(SignedBatch batch, String algorithm, String signature)
      throws Exception {
    Signature verifier = Signature.getInstance(signature);
    verifier.initVerify(
        KeyFactory.getInstance(algorithm)
            .generatePublic(new X509EncodedKeySpec(batch.key().spki().toArray())));
    verifier.update(TEXT.getBytes(StandardCharsets.UTF_8));
    return verifier.verify(batch.signatures().get(0).toArray());
  }

  @Test
  void makesSignsWithAndRotatesBareKeys() throws Exception {
    SignedBatch first = custodian.sign(CALLER, BARE, List.of(item(TEXT)));
    assertThat(verifies(first, "EC", "SHA256withECDSA")).isTrue();
    assertThat(first.key().certificates()).isEmpty();

    PublicKeyVersion second = custodian.rotate(CALLER, BARE, false);
    assertThat(second.current()).isTrue();
    SignedBatch after = custodian.sign(CALLER, BARE, List.of(item(TEXT)));
    assertThat(after.key()).isEqualTo(second);
    assertThat(verifies(after, "EC", "SHA256withECDSA")).isTrue();
    assertThat(records(store, "audit/acme/tools/echo/")).isNotEmpty();
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void makesSignsWithAndRotatesCertifiedKeys() throws Exception {
    SignedBatch first = custodian.sign(CALLER, CERTIFIED, List.of(item(TEXT)));
    assertThat(verifies(first, "RSA", "SHA256withRSA")).isTrue();
    List<X509Certificate> chain =
        first.key().certificates().stream().map(Certificates::read).toList();
    assertThat(chain)
        .extracting(it -> it.getSubjectX500Principal().getName())
        .containsExactly(
            "CN=acme/tools echo signing,OU=acme,O=Example",
            "CN=Example Echo Signing Intermediate,O=Example",
            "CN=Example Echo Signing Root,O=Example");
    assertThat(chain).allMatch(it -> it.getPublicKey() instanceof RSAPublicKey);
    for (int i = 0; i < chain.size(); i++) {
      chain.get(i).verify(chain.get(Math.min(i + 1, chain.size() - 1)).getPublicKey());
    }

    PublicKeyVersion second = custodian.rotate(CALLER, CERTIFIED, false);
    assertThat(second.current()).isFalse();
    assertThat(second.activeFrom()).contains(second.createdAt().plus(TERMS.announced()));
    PublicKeyVersion third = custodian.rotate(CALLER, CERTIFIED, true);
    SignedBatch after = custodian.sign(CALLER, CERTIFIED, List.of(item(TEXT)));
    assertThat(after.key()).isEqualTo(third);
    assertThat(verifies(after, "RSA", "SHA256withRSA")).isTrue();
    assertThat(records(store, "authorities/echo-2/")).hasSize(1);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void listsItsPurposesByLabelAndVerifiesTheirAuthorities() {
    assertThat(service.purposes()).containsExactly(BARE.purpose(), CERTIFIED.purpose());
    assertThat(service.certified()).containsExactly(CERTIFIED.purpose());
    assertThat(service.purpose("echo")).contains(BARE.purpose());
    assertThat(service.purpose("unheard-of")).isEmpty();
    service.prepare(CERTIFIED.purpose());
    List<String> chains = new ArrayList<>();
    service
        .verifier()
        .verify(
            Optional.empty(), true, Fixtures.report(b -> {}, chain -> chains.add(chain.name())));
    assertThat(chains).containsExactly("authorities/echo", "authorities/echo-2", "denials");
  }

  @Test
  void verifiesWhatAFormatLeftThatIsNoLongerHere() {
    custodian.sign(CALLER, BARE, List.of(item(TEXT)));
    String record = KeysBucket.version(BARE, 1);
    KeyService without = replica(store, Clock.systemUTC(), Map.of());
    List<String> found = new ArrayList<>();
    without
        .verifier()
        .verify(Optional.empty(), true, Fixtures.report(b -> found.add(b.what()), chain -> {}));
    assertThat(found).isEmpty();

    store.delete(record);
    without
        .verifier()
        .verify(Optional.empty(), true, Fixtures.report(b -> found.add(b.what()), chain -> {}));
    assertThat(found).isNotEmpty();
  }
}
