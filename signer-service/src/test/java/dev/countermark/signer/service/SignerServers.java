package dev.countermark.signer.service;

import dev.countermark.testkit.servers.EmbeddedBroker;
import dev.countermark.testkit.servers.EmbeddedStore;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** A real broker and a real store for a signer service under test. */
public final class SignerServers implements QuarkusTestResourceLifecycleManager {
  @Override
  public Map<String, String> start() {
    EmbeddedStore store = EmbeddedStore.shared();
    return Map.of(
        "kafka.bootstrap.servers",
        EmbeddedBroker.shared().bootstrapServers(),
        "countermark.store.endpoint",
        store.endpoint().toString(),
        "countermark.store.access-key",
        EmbeddedStore.PACKAGES_ACCESS_KEY,
        "countermark.store.secret-key",
        EmbeddedStore.PACKAGES_SECRET_KEY,
        "countermark.keys.url",
        "http://127.0.0.1:9",
        "countermark.public-url",
        "http://registry.example:8443",
        "countermark.signer.retry.cap",
        "500ms",
        "quarkus.http.test-port",
        "0");
  }

  @Override
  public void stop() {
    // They are shared, and end with this JVM.
  }
}
