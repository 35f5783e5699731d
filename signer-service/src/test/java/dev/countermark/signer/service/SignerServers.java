package dev.countermark.signer.service;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.testkit.servers.EmbeddedBroker;
import dev.countermark.testkit.servers.EmbeddedStore;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** A real broker and a real store for a signer service under test. */
public final class SignerServers implements QuarkusTestResourceLifecycleManager {
  @Override
  public Map<String, String> start() {
    EmbeddedStore store = EmbeddedStore.shared();
    createTopics(EmbeddedBroker.shared().bootstrapServers());
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

  /** The broker has those of the formats that are released; those of any other are made here. */
  private static void createTopics(String bootstrapServers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      Set<String> missing = new TreeSet<>();
      for (Format<?, ?> format : Formats.all()) {
        missing.add(format.uploads());
        missing.add(format.resyncs());
      }
      missing.removeAll(admin.listTopics().names().get(10, TimeUnit.SECONDS));
      admin
          .createTopics(missing.stream().map(t -> new NewTopic(t, 4, (short) 1)).toList())
          .all()
          .get(10, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("cannot create the topics of the formats", e);
    }
  }

  @Override
  public void stop() {
    // They are shared, and end with this JVM.
  }
}
