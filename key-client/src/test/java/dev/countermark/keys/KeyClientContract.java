package dev.countermark.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link KeyClient} must do; each adapter's test extends it. */
public abstract class KeyClientContract {
  /** ECDSA keys without certificates. */
  protected static final Purpose OCI = new Purpose("oci");

  /** RSA keys, certified by a root. */
  protected static final Purpose NUGET = new Purpose("nuget");

  /** ECDSA keys, certified by an intermediate. */
  protected static final Purpose SWIFT = new Purpose("swift");

  private static final int P256_SPKI = 91;
  private static final AtomicInteger NAMES = new AtomicInteger();

  /** The adapter; its {@code current} answers from the service, not from memory. */
  protected abstract KeyClient client();

  /** Makes a new version of a key that signs at once, the way an operator does. */
  protected abstract void rotate(RepositoryName repository, Purpose purpose);

  static List<Purpose> purposes() {
    return List.of(OCI, NUGET, SWIFT);
  }

  static List<Purpose> certified() {
    return List.of(NUGET, SWIFT);
  }

  /** A repository that no other test uses. */
  protected static RepositoryName freshRepository() {
    return new RepositoryName("contract", "r" + NAMES.incrementAndGet() + "-" + System.nanoTime());
  }

  /** An item over the SHA-256 of {@code text}. */
  protected static Item item(String text) {
    String digest = "sha256:" + HexFormat.of().formatHex(sha256(text));
    return new Item("pkg:oci/app@" + digest.replace(":", "%3A"), digest, Bytes.of(sha256(text)));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Checks a signature over {@code text} with the JDK, which did not make it. */
  protected static boolean verifies(PublicKeyVersion key, String text, Bytes signature)
      throws GeneralSecurityException {
    // The SPKI of a P-256 key has one length, which no RSA key of a useful size has.
    boolean ec = key.spki().length() == P256_SPKI;
    PublicKey publicKey =
        KeyFactory.getInstance(ec ? "EC" : "RSA")
            .generatePublic(new X509EncodedKeySpec(key.spki().toArray()));
    Signature verifier = Signature.getInstance(ec ? "SHA256withECDSA" : "SHA256withRSA");
    verifier.initVerify(publicKey);
    verifier.update(text.getBytes(StandardCharsets.UTF_8));
    return verifier.verify(signature.toArray());
  }

  private static List<X509Certificate> chain(PublicKeyVersion key) throws CertificateException {
    List<X509Certificate> chain = new ArrayList<>();
    for (Bytes certificate : key.certificates()) {
      chain.add(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(certificate.toArray())));
    }
    return chain;
  }

  @Test
  void certifiesAnRsaKeyOfNuget() throws Exception {
    PublicKeyVersion key = client().current(freshRepository(), NUGET);
    X509Certificate leaf = chain(key).get(0);
    assertThat(leaf.getPublicKey().getEncoded()).isEqualTo(key.spki().toArray());
    assertThat(((RSAPublicKey) leaf.getPublicKey()).getModulus().bitLength())
        .isGreaterThanOrEqualTo(2_048);
    assertThat(leaf.getSigAlgName()).isEqualTo("SHA256withRSA");
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.3");
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(key.leaf()).contains(key.certificates().get(0));
    assertThat(key.leafFingerprint())
        .contains(
            HexFormat.of()
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded())));
  }

  @Test
  void certifiesAP256KeyOfSwiftBelowAnIntermediate() throws Exception {
    PublicKeyVersion key = client().current(freshRepository(), SWIFT);
    List<X509Certificate> chain = chain(key);
    assertThat(chain)
        .hasSize(3)
        .extracting(X509Certificate::getSigAlgName)
        .containsOnly("SHA256withECDSA");
    X509Certificate leaf = chain.get(0);
    assertThat(leaf.getPublicKey().getEncoded()).isEqualTo(key.spki().toArray()).hasSize(P256_SPKI);
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.3");
    assertThat(leaf.getKeyUsage()).startsWith(true, false, false, false, false, false);
    assertThat(chain).extracting(X509Certificate::getBasicConstraints).containsExactly(-1, 0, 1);
    assertThat(key.leaf()).contains(key.certificates().get(0));
  }

  /** One more makes the client give up on the chain. */
  @Test
  void makesNoExtensionCriticalThatASwiftClientDoesNotKnow() throws Exception {
    for (X509Certificate certificate : chain(client().current(freshRepository(), SWIFT))) {
      assertThat(certificate.getCriticalExtensionOIDs())
          .isSubsetOf("2.5.29.19", "2.5.29.15", "2.5.29.37");
    }
  }

  @ParameterizedTest
  @MethodSource("certified")
  void givesTheWholeChainFromLeafToRoot(Purpose purpose) throws Exception {
    List<X509Certificate> chain = chain(client().current(freshRepository(), purpose));
    assertThat(chain).hasSizeGreaterThanOrEqualTo(2);
    X509Certificate root = chain.get(chain.size() - 1);
    root.verify(root.getPublicKey());
    assertThat(root.getBasicConstraints()).isNotNegative();
    PKIXParameters trust = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    trust.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509")
                .generateCertPath(chain.subList(0, chain.size() - 1)),
            trust);
  }

  @ParameterizedTest
  @MethodSource("certified")
  void certifiesAllRepositoriesByOneRoot(Purpose purpose) {
    List<Bytes> one = client().current(freshRepository(), purpose).certificates();
    List<Bytes> other = client().current(freshRepository(), purpose).certificates();
    assertThat(one.get(one.size() - 1)).isEqualTo(other.get(other.size() - 1));
    assertThat(one.get(0)).isNotEqualTo(other.get(0));
  }

  @Test
  void publishesNoCertificateOfAnOciKey() {
    PublicKeyVersion key = client().current(freshRepository(), OCI);
    assertThat(key.certificates()).isEmpty();
    assertThat(key.leaf()).isEmpty();
    assertThat(key.leafFingerprint()).isEmpty();
  }

  /** Without a spare, which not every adapter has. */
  private List<PublicKeyVersion> used(RepositoryName repository, Purpose purpose) {
    return client().versions(repository, purpose).stream().filter(v -> !v.spare()).toList();
  }

  @ParameterizedTest
  @MethodSource("purposes")
  void makesOneKeyOnFirstUseHoweverManyAskAtOnce(Purpose purpose) throws Exception {
    RepositoryName repository = freshRepository();
    List<PublicKeyVersion> seen = atOnce(16, i -> client().current(repository, purpose));
    assertThat(seen).doesNotContainNull().containsOnly(seen.get(0));
    assertThat(used(repository, purpose)).containsExactly(seen.get(0));
    assertThat(seen.get(0).version()).isEqualTo(1);
    assertThat(seen.get(0).current()).isTrue();
    assertThat(seen.get(0).revokedAt()).isEmpty();
  }

  @Test
  void publishesAP256KeyUnderItsFingerprint() throws Exception {
    PublicKeyVersion key = client().current(freshRepository(), OCI);
    ECPublicKey parsed =
        (ECPublicKey)
            KeyFactory.getInstance("EC")
                .generatePublic(new X509EncodedKeySpec(key.spki().toArray()));
    assertThat(parsed.getParams().getCurve().getField().getFieldSize()).isEqualTo(256);
    assertThat(key.spki().length()).isEqualTo(P256_SPKI);
    assertThat(key.fingerprint())
        .isEqualTo(
            HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(key.spki().toArray())));
    assertThat(key.pem()).startsWith("-----BEGIN PUBLIC KEY-----\n").endsWith("-----\n");
  }

  @ParameterizedTest
  @MethodSource("purposes")
  void givesEachRepositoryItsOwnKey(Purpose purpose) {
    assertThat(client().current(freshRepository(), purpose).fingerprint())
        .isNotEqualTo(client().current(freshRepository(), purpose).fingerprint());
  }

  @ParameterizedTest
  @MethodSource("purposes")
  void signsABatchInOrderWithTheCurrentKey(Purpose purpose) throws Exception {
    RepositoryName repository = freshRepository();
    List<Item> items = IntStream.range(0, 256).mapToObj(i -> item("text " + i)).toList();
    SignedBatch batch = client().sign(repository, purpose, items);
    assertThat(batch.signatures()).hasSize(256);
    for (int i = 0; i < 256; i++) {
      assertThat(verifies(batch.key(), "text " + i, batch.signatures().get(i))).isTrue();
    }
    assertThat(verifies(batch.key(), "text 1", batch.signatures().get(0))).isFalse();
    assertThat(batch.key()).isEqualTo(client().current(repository, purpose));
  }

  @ParameterizedTest
  @MethodSource("purposes")
  void signsTheSameHashWithTheSameBytes(Purpose purpose) {
    RepositoryName repository = freshRepository();
    assertThat(client().sign(repository, purpose, List.of(item("a"))))
        .isEqualTo(client().sign(repository, purpose, List.of(item("a"))));
  }

  @ParameterizedTest
  @MethodSource("purposes")
  void answersEveryOneOfManyConcurrentCallersWithHisOwnSignatures(Purpose purpose)
      throws Exception {
    RepositoryName repository = freshRepository();
    List<SignedBatch> batches =
        atOnce(
            24,
            i ->
                client()
                    .sign(repository, purpose, List.of(item("legacy " + i), item("bundle " + i))));
    for (int i = 0; i < batches.size(); i++) {
      SignedBatch batch = batches.get(i);
      assertThat(batch.signatures()).hasSize(2);
      assertThat(verifies(batch.key(), "legacy " + i, batch.signatures().get(0))).isTrue();
      assertThat(verifies(batch.key(), "bundle " + i, batch.signatures().get(1))).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("purposes")
  void signsWithTheNewKeyAfterARotationAndStillPublishesTheOldOne(Purpose purpose)
      throws Exception {
    RepositoryName repository = freshRepository();
    PublicKeyVersion first = client().current(repository, purpose);
    rotate(repository, purpose);
    List<PublicKeyVersion> versions = used(repository, purpose);
    assertThat(versions).extracting(PublicKeyVersion::version).containsExactly(1, 2);
    assertThat(versions).extracting(PublicKeyVersion::current).containsExactly(false, true);
    assertThat(versions.get(0).spki()).isEqualTo(first.spki());
    SignedBatch batch = client().sign(repository, purpose, List.of(item("a")));
    assertThat(batch.key()).isEqualTo(versions.get(1));
    assertThat(verifies(batch.key(), "a", batch.signatures().get(0))).isTrue();
    assertThat(client().current(repository, purpose)).isEqualTo(versions.get(1));
  }

  @ParameterizedTest
  @MethodSource("purposes")
  void refusesABatchThatIsEmptyTooLargeOrOfTheWrongLength(Purpose purpose) {
    RepositoryName repository = freshRepository();
    assertThatThrownBy(() -> client().sign(repository, purpose, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    List<Item> many = IntStream.range(0, 257).mapToObj(i -> item("text " + i)).toList();
    assertThatThrownBy(() -> client().sign(repository, purpose, many))
        .isInstanceOf(IllegalArgumentException.class);
    Item shortHash = new Item("pkg:oci/a@b", "sha256:00", Bytes.of(new byte[31]));
    assertThatThrownBy(() -> client().sign(repository, purpose, List.of(shortHash)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Runs a call in several threads that start together; the results in order of the thread. */
  protected static <T> List<T> atOnce(int threads, IndexedCall<T> call) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int index = i;
        Callable<T> task =
            () -> {
              start.await();
              return call.run(index);
            };
        futures.add(pool.submit(task));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  /** A call that knows which of several it is. */
  @FunctionalInterface
  protected interface IndexedCall<T> {
    T run(int index) throws Exception;
  }
}
