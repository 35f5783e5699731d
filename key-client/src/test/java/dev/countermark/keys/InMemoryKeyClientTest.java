package dev.countermark.keys;

import dev.countermark.contracts.RepositoryName;

class InMemoryKeyClientTest extends KeyClientContract {
  private final InMemoryKeyClient client = new InMemoryKeyClient();

  @Override
  protected KeyClient client() {
    return client;
  }

  @Override
  protected void rotate(RepositoryName repository, KeyClient.Purpose purpose) {
    client.rotate(repository, purpose);
  }
}
