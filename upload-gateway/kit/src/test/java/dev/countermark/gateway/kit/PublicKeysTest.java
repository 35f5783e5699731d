package dev.countermark.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublicKeysTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Repositories repositories = new Repositories(store, Clock.systemUTC(), name -> {});
  private final CountingKeyClient client = new CountingKeyClient();
  private final PublicKeys keys = new PublicKeys(repositories, client);

  @Test
  void aGuessedNameDoesNotReachTheKeyServiceWhichWouldMakeAKey() {
    assertThat(keys.versions(APP, new EchoFormat())).isEmpty();
    assertThat(client.asked).isEmpty();
  }

  @Test
  void manyReadersAreOneQuestion() {
    repositories.findOrCreate(APP);

    for (int i = 0; i < 100; i++) {
      assertThat(keys.versions(APP, new EchoFormat())).isPresent();
    }

    assertThat(client.asked).containsExactly(APP);
  }

  @Test
  void aRepositoryThatWasJustCreatedIsFoundAtOnce() {
    assertThat(keys.versions(APP, new EchoFormat())).isEmpty();

    repositories.findOrCreate(APP);

    assertThat(keys.versions(APP, new EchoFormat())).isPresent();
  }

  @Test
  void aKeyServiceThatIsAwayIsAskedAgain() {
    repositories.findOrCreate(APP);
    client.away = true;
    assertThatThrownBy(() -> keys.versions(APP, new EchoFormat()))
        .isInstanceOf(Failure.Transient.class);

    client.away = false;

    assertThat(keys.versions(APP, new EchoFormat())).isPresent();
  }

  private static final class CountingKeyClient implements KeyClient {
    final List<RepositoryName> asked = new ArrayList<>();
    boolean away;
    private final KeyClient real = new InMemoryKeyClient();

    @Override
    public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
      if (away) {
        throw new Failure.Transient("the key service is away", null);
      }
      asked.add(repository);
      return real.versions(repository, purpose);
    }

    @Override
    public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
      throw new UnsupportedOperationException();
    }
  }
}
