package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.swift.SwiftClient.Answer;
import dev.countermark.keys.KeyClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Message;

/** The gateway over stores in memory, and a registry of its own for every test. */
abstract class SwiftTestBase {
  /** What the gateway calls itself. */
  static final String PUBLIC = "http://registry.test:8080";

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  @Inject BlobStore store;
  @Inject KeyClient keyClient;
  @Inject @Any InMemoryConnector broker;

  @TestHTTPResource("/")
  URI base;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  static Identity identity(String id, String version) {
    return Identity.parse(id + "/" + version).orElseThrow();
  }

  SwiftClient anonymous() {
    return new SwiftClient(base, Optional.empty());
  }

  SwiftClient with(String token) {
    return new SwiftClient(base, Optional.of(token));
  }

  SwiftClient manager() {
    return with(adminToken);
  }

  Registry registry() {
    return registry("{}");
  }

  /**
   * @param settings of Swift, JSON
   */
  Registry registry(String settings) {
    Registry registry = new Registry(RepositoryName.of("swift-test/r" + NUMBERS.incrementAndGet()));
    registry.configure(settings);
    return registry;
  }

  /** Every key below a prefix. */
  TreeSet<String> keys(String prefix) {
    TreeSet<String> keys = new TreeSet<>();
    BlobStore.Page page;
    String after = "";
    do {
      page = store.list(prefix, after, 1000);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        keys.add(after);
      }
    } while (page.more());
    return keys;
  }

  /** A registry and those who use it. */
  final class Registry {
    final RepositoryName name;
    final SwiftClient pusher;
    final SwiftClient reader;

    private Registry(RepositoryName name) {
      this.name = name;
      configure("{}");
      this.pusher = with(token("\"push\",\"delete\""));
      this.reader = with(token("\"read\""));
    }

    void configure(String settings) {
      Answer answer =
          manager()
              .send(
                  "PUT",
                  "/api/v1/repositories/" + name,
                  utf8("{\"settings\":{\"swift\":" + settings + "}}"));
      assertThat(answer.status()).as(answer::text).isIn(200, 201);
    }

    String token(String scopes) {
      return manager()
          .send(
              "POST",
              "/api/v1/repositories/" + name + "/tokens",
              utf8("{\"scopes\":[" + scopes + "]}"))
          .is(201)
          .json()
          .path("token")
          .asText();
    }

    /** An address below the registry's. */
    String at(String path) {
      return "/" + name + "/swift/" + path;
    }

    /** The same, as the gateway writes it. */
    String publicly(String path) {
      return PUBLIC + at(path);
    }

    Answer publish(String path, Form form, String... headers) {
      return pusher.put(at(path), form, headers);
    }

    Optional<ReleaseRecord> record(Identity identity) {
      return new Records(store).read(SwiftKeys.release(name, identity), ReleaseRecord.class);
    }

    /**
     * Publishes a release, has it signed and waits until that is answered.
     *
     * @param path scope, name and version
     * @return the archive as it is handed out
     */
    byte[] release(String path, byte[] zip, String metadata) {
      String[] words = path.split("/");
      Identity identity = Identity.lower(words[0], words[1], words[2]).orElseThrow();
      Form form = Form.archive(zip);
      if (metadata != null) {
        form.metadata(metadata);
      }
      CompletableFuture<Answer> answer = pusher.putAsync(at(path), form);
      await().until(() -> answer.isDone() || record(identity).isPresent());
      if (answer.isDone()) {
        answer.join().is(201);
      }
      byte[] signed = new TestSigner(store, keyClient).sign(name, identity);
      tellSigned(identity);
      answer.join().is(201);
      return signed;
    }

    /** The event of the signer. */
    void tellSigned(Identity identity) {
      ReleaseRecord record = record(identity).orElseThrow();
      tell(
          PackageSigned.TYPE,
          identity,
          new PackageSigned(
              name,
              identity.toString(),
              "sha256:" + record.upload().sha256(),
              1,
              "f".repeat(64),
              record.acceptedAt(),
              Instant.EPOCH,
              List.of(),
              true));
    }

    /** What a signer does that refuses. */
    void refuse(Identity identity, String detail) {
      new Records(store)
          .update(
              SwiftKeys.release(name, identity),
              ReleaseRecord.class,
              old ->
                  old.map(
                      r ->
                          r.refused(
                              new RefusalNote(Refusal.MALFORMED_PACKAGE, detail, Instant.EPOCH))));
      tell(
          PackageRefused.TYPE,
          identity,
          new PackageRefused(
              name, identity.toString(), "sha256:x", Refusal.MALFORMED_PACKAGE, detail));
    }

    private void tell(String type, Identity identity, Object event) {
      broker
          .<byte[]>source("outcomes")
          .send(
              CloudEvent.of(
                      UUID.randomUUID().toString(),
                      "/signer-swift",
                      type,
                      SwiftFormat.purl(name, identity.toString()),
                      Instant.EPOCH,
                      event)
                  .toJson());
    }

    /** What the signers were told of this registry, in order. */
    List<PackageUploaded> announced() {
      return broker.<byte[]>sink("uploads").received().stream()
          .map(Message::getPayload)
          .map(CloudEvent::fromJson)
          .filter(event -> event.type().equals(PackageUploaded.TYPE))
          .map(event -> event.dataAs(PackageUploaded.class))
          .filter(event -> event.repository().equals(name))
          .toList();
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
