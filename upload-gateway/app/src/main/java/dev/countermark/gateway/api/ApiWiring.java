package dev.countermark.gateway.api;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.auth.GatewayAuthenticator;
import dev.countermark.gateway.auth.RepositoryTokens;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.keys.KeyClient;
import io.quarkus.arc.All;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/** Builds the use cases of the management API. */
class ApiWiring {
  @Produces
  @Singleton
  GatewayFormats formats(@All List<GatewayFormat<?, ?>> formats) {
    return new GatewayFormats(formats);
  }

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
      GatewayFormats formats,
      Clock clock) {
    return new RepositoryAdministration(
        store,
        tokens,
        keys,
        name -> {
          repositories.forget(name);
          formats.forget(name);
        },
        clock);
  }

  @Produces
  @Singleton
  Resyncs resyncs(BlobStore store, GatewayFormats formats, ResyncPublisher publisher) {
    return new Resyncs(store, formats, publisher);
  }
}
