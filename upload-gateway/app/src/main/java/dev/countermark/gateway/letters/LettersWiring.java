package dev.countermark.gateway.letters;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Format;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.GatewayResources;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Puts the letters together. */
class LettersWiring {
  @Produces
  @Singleton
  Letters letters(
      BlobStore store,
      Letters.Replay replay,
      GatewayResources resources,
      GatewayFormats formats,
      Letters.Origin others) {
    List<Format<?, ?>> known = new ArrayList<>();
    formats.all().forEach(f -> known.add(f.format()));
    return new Letters(store, replay, resources.coordination(), known, others);
  }
}
