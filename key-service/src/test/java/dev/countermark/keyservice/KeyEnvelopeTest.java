package dev.countermark.keyservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Purpose;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KeyEnvelopeTest {
  private static final KeyScope SCOPE =
      new KeyScope(new RepositoryName("acme", "tools"), new Purpose("oci"));
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
  private static final KeyEnvelope.Origin ORIGIN = new KeyEnvelope.Origin(AT, "signer");

  private final SecureRandom random = new SecureRandom();
  private final KeyEnvelope envelope = new KeyEnvelope(Fixtures.root(1), random);
  private final EcdsaKey key = EcdsaKey.generate(random);
  private final KeyRecord sealed = envelope.seal(key, SCOPE, 1, ORIGIN, KeyEnvelope.Terms.NONE);

  @Test
  void opensWhatItSealed() {
    assertThat(envelope.open(sealed, SCOPE, 1).secret()).isEqualTo(key.privateScalar());
  }

  @Test
  void opensWhatWasStoredAsJson() {
    KeyRecord read = Json.read(Json.write(sealed), KeyRecord.class);
    assertThat(read).isEqualTo(sealed);
    assertThat(envelope.open(read, SCOPE, 1).spki()).isEqualTo(key.spki());
  }

  @Test
  void storesNothingOfThePrivateKey() {
    String json = new String(Json.write(sealed), StandardCharsets.UTF_8);
    assertThat(json)
        .doesNotContain(HexFormat.of().formatHex(key.privateScalar()))
        .doesNotContain(Base64.getEncoder().encodeToString(key.privateScalar()));
  }

  @Test
  void usesAnotherDataKeyAndNonceEveryTime() {
    KeyRecord again = envelope.seal(key, SCOPE, 1, ORIGIN, KeyEnvelope.Terms.NONE);
    assertThat(again.wrappedDataKey()).isNotEqualTo(sealed.wrappedDataKey());
    assertThat(again.encryptedPrivateKey()).isNotEqualTo(sealed.encryptedPrivateKey());
  }

  @Test
  void opensNoRecordOfAnotherRepositoryOrVersion() {
    KeyScope other = new KeyScope(new RepositoryName("acme", "other"), new Purpose("oci"));
    assertUnusable(sealed, other, 1);
    assertUnusable(sealed, SCOPE, 2);
  }

  @Test
  void opensNoRecordMixedFromTwo() {
    KeyRecord other =
        envelope.seal(EcdsaKey.generate(random), SCOPE, 1, ORIGIN, KeyEnvelope.Terms.NONE);
    assertUnusable(with(sealed, other.wrappedDataKey(), sealed.encryptedPrivateKey()), SCOPE, 1);
    assertUnusable(with(sealed, sealed.wrappedDataKey(), other.encryptedPrivateKey()), SCOPE, 1);
    assertUnusable(with(other, sealed.wrappedDataKey(), sealed.encryptedPrivateKey()), SCOPE, 1);
  }

  @Test
  void opensNoRecordWithASingleBitChanged() {
    for (int bit = 0; bit < sealed.encryptedPrivateKey().length() * 8; bit++) {
      assertUnusable(
          with(sealed, sealed.wrappedDataKey(), flip(sealed.encryptedPrivateKey(), bit)), SCOPE, 1);
      assertUnusable(
          with(sealed, flip(sealed.wrappedDataKey(), bit), sealed.encryptedPrivateKey()), SCOPE, 1);
    }
  }

  @Test
  void opensNoRecordThatIsCutOff() {
    assertUnusable(with(sealed, Bytes.of(new byte[3]), sealed.encryptedPrivateKey()), SCOPE, 1);
  }

  @Test
  void opensNoRecordThatAnnouncesAnotherPublicKey() {
    Bytes foreign = EcdsaKey.generate(random).spki();
    assertUnusable(
        new KeyRecord(
            sealed.format(),
            sealed.repository(),
            sealed.purpose(),
            sealed.version(),
            sealed.algorithm(),
            foreign,
            sealed.fingerprint(),
            sealed.createdAt(),
            sealed.createdBy(),
            sealed.rootId(),
            sealed.wrappedDataKey(),
            sealed.encryptedPrivateKey(),
            sealed.certificates(),
            sealed.activeFrom()),
        SCOPE,
        1);
  }

  @Test
  void namesBothRootsWhenTheWrongOneIsConfigured() {
    KeyEnvelope other = new KeyEnvelope(Fixtures.root(2), random);
    assertThatThrownBy(() -> other.open(sealed, SCOPE, 1))
        .isInstanceOf(KeyServiceException.class)
        .hasMessageContaining(Fixtures.root(1).id())
        .hasMessageContaining(Fixtures.root(2).id());
  }

  @Test
  void refusesARootSecretThatIsTooShortAndWipesEveryOne() {
    assertThatThrownBy(() -> RootSecret.consume(new byte[31]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("31 bytes");
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) 7);
    RootSecret root = RootSecret.consume(secret);
    assertThat(secret).containsOnly(0);
    assertThat(root.toString()).isEqualTo("root secret " + root.id());
  }

  private void assertUnusable(KeyRecord record, KeyScope scope, int version) {
    assertThatThrownBy(() -> envelope.open(record, scope, version))
        .isInstanceOfSatisfying(
            KeyServiceException.class,
            e -> assertThat(e.code()).isEqualTo(KeyServiceException.Code.RECORD_UNUSABLE));
  }

  private static KeyRecord with(KeyRecord base, Bytes wrapped, Bytes encrypted) {
    return new KeyRecord(
        base.format(),
        base.repository(),
        base.purpose(),
        base.version(),
        base.algorithm(),
        base.spki(),
        base.fingerprint(),
        base.createdAt(),
        base.createdBy(),
        base.rootId(),
        wrapped,
        encrypted,
        base.certificates(),
        base.activeFrom());
  }

  private static Bytes flip(Bytes bytes, int bit) {
    byte[] changed = bytes.toArray();
    changed[bit / 8] ^= (byte) (1 << bit % 8);
    return Bytes.of(changed);
  }
}
