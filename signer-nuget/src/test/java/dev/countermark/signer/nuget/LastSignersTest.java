package dev.countermark.signer.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.SignerIdentity;
import org.junit.jupiter.api.Test;

class LastSignersTest {
  private static final RepositoryName REPOSITORY = RepositoryName.parse("acme/tools").orElseThrow();

  private final InMemoryKeyClient keys = new InMemoryKeyClient();
  private final LastSigners signers = new LastSigners(keys);

  @Test
  void asksForTheFirstOneOnly() {
    SignerIdentity first = signers.guess(REPOSITORY);
    assertThat(first.keyVersion()).isEqualTo(1);

    keys.rotate(REPOSITORY, new Purpose("nuget"));

    assertThat(signers.guess(REPOSITORY)).isEqualTo(first);
  }

  @Test
  void believesWhoSigned() {
    signers.guess(REPOSITORY);
    PublicKeyVersion rotated = keys.rotate(REPOSITORY, new Purpose("nuget"));

    SignerIdentity signer = signers.of(REPOSITORY, rotated);

    assertThat(signer.keyVersion()).isEqualTo(2);
    assertThat(signers.guess(REPOSITORY)).isEqualTo(signer);
  }

  @Test
  void tellsRepositoriesApart() {
    SignerIdentity one = signers.guess(REPOSITORY);
    SignerIdentity other = signers.guess(RepositoryName.parse("acme/other").orElseThrow());

    assertThat(other.fingerprint()).isNotEqualTo(one.fingerprint());
  }
}
