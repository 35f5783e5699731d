package dev.countermark.keys;

import dev.countermark.contracts.RepositoryName;

class InMemoryKeyClientTest extends KeyClientContract {
  private final InMemoryKeyClient client = TestTerms.inMemory();

  @Override
  protected KeyClient client() {
    return client;
  }

  @Override
  protected void rotate(RepositoryName repository, KeyClient.Purpose purpose) {
    client.rotate(repository, purpose);
  }
}
