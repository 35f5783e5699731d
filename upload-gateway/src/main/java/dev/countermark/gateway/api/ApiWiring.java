package dev.countermark.gateway.api;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.auth.GatewayAuthenticator;
import dev.countermark.gateway.auth.RepositoryTokens;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.keys.KeyClient;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Builds the use cases of the management API. */
class ApiWiring {
  @Produces
  @Singleton
  Managers managers(GatewayAuthenticator authenticator) {
    return new Managers(authenticator);
  }

  @Produces
  @Singleton
  RepositoryAdministration administration(
      BlobStore store,
      RepositoryTokens tokens,
      KeyClient keys,
      Repositories repositories,
      Clock clock) {
    return new RepositoryAdministration(store, tokens, keys, repositories::forget, clock);
  }

  @Produces
  @Singleton
  Resyncs resyncs(BlobStore store, ResyncPublisher publisher) {
    return new Resyncs(store, publisher);
  }
}
