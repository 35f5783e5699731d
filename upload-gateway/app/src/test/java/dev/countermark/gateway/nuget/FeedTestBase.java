package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.gateway.nuget.FeedClient.Answer;
import dev.countermark.keys.KeyClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Message;

/** The gateway over stores in memory, and a feed of its own for every test. */
abstract class FeedTestBase {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  @Inject BlobStore store;
  @Inject KeyClient keyClient;
  @Inject @Any InMemoryConnector broker;

  @TestHTTPResource("/")
  URI base;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  FeedClient anonymous() {
    return new FeedClient(base);
  }

  FeedClient with(String token) {
    return new FeedClient(base, "X-NuGet-ApiKey", token);
  }

  FeedClient manager() {
    return new FeedClient(base, "Authorization", "Bearer " + adminToken);
  }

  Feed feed() {
    return feed("{}");
  }

  /**
   * @param settings of NuGet, JSON
   */
  Feed feed(String settings) {
    Feed feed = new Feed(RepositoryName.of("nuget-test/r" + NUMBERS.incrementAndGet()));
    feed.configure("\"nuget\":" + settings);
    feed.pusher = with(feed.token("\"push\",\"delete\""));
    feed.reader = with(feed.token("\"read\""));
    return feed;
  }

  /** Every key in the store. */
  /** What other tests damaged counts as there: it is repaired, sooner or later. */
  TreeSet<String> keys() {
    TreeSet<String> keys = new TreeSet<>();
    for (String key : keys("")) {
      if (!key.startsWith(ObjectKeys.QUARANTINE)) {
        keys.add(key);
      } else if (key.startsWith(ObjectKeys.CONTENT, ObjectKeys.QUARANTINE.length())) {
        keys.add(key.substring(ObjectKeys.QUARANTINE.length()));
      }
    }
    return keys;
  }

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

  static Identity identity(String id, String version) {
    return new Identity(id, version);
  }

  /** A feed and those who use it. */
  final class Feed {
    final RepositoryName name;
    private FeedClient pusher;
    private FeedClient reader;

    private Feed(RepositoryName name) {
      this.name = name;
    }

    /**
     * Makes the repository, or changes its settings.
     *
     * @param settings of formats, by label
     */
    void configure(String settings) {
      Answer answer =
          manager()
              .send(
                  "PUT",
                  "/api/v1/repositories/" + name,
                  FeedClient.utf8("{\"settings\":{" + settings + "}}"),
                  "Content-Type",
                  "application/json");
      assertThat(answer.status()).as(answer::text).isIn(200, 201);
    }

    String token(String scopes) {
      return manager()
          .send(
              "POST",
              "/api/v1/repositories/" + name + "/tokens",
              FeedClient.utf8("{\"scopes\":[" + scopes + "]}"),
              "Content-Type",
              "application/json")
          .is(201)
          .json()
          .path("token")
          .asText();
    }

    FeedClient pusher() {
      return pusher;
    }

    FeedClient reader() {
      return reader;
    }

    /** An address below the feed's. */
    String at(String path) {
      return "/" + name + "/nuget/v3/" + path;
    }

    String versions(String id) {
      return at("flat/" + id + "/index.json");
    }

    String nupkg(Identity identity) {
      return file(identity, identity.id() + "." + identity.version() + ".nupkg");
    }

    String file(Identity identity, String file) {
      return at("flat/" + identity + "/" + file);
    }

    String status(Identity identity) {
      return "/" + name + "/status/nuget/" + identity;
    }

    Answer push(byte[] file, String... headers) {
      return pusher().push(at("package"), file, headers);
    }

    Optional<VersionRecord> record(Identity identity) {
      return new Records(store).read(NugetKeys.version(name, identity), VersionRecord.class);
    }

    /** Pushes a package, signs it, and waits until everybody sees it. */
    byte[] publish(Identity identity, byte[] file) {
      push(file).is(202);
      return sign(identity);
    }

    /** Signs what was pushed and waits until everybody sees it. */
    byte[] sign(Identity identity) {
      byte[] signed = new TestSigner(store, keyClient).sign(name, identity);
      tellSigned(identity);
      await().until(() -> listed(identity));
      return signed;
    }

    /** Whether readers find it in the list of versions. */
    boolean listed(Identity identity) {
      Answer answer = reader().get(versions(identity.id()));
      return answer.status() == 200 && answer.text().contains('"' + identity.version() + '"');
    }

    /** The event of the signer. */
    void tellSigned(Identity identity) {
      VersionRecord record = record(identity).orElseThrow();
      PackageSigned event =
          new PackageSigned(
              name,
              identity.toString(),
              "sha256:" + record.upload().sha256(),
              1,
              "f".repeat(64),
              record.acceptedAt(),
              Instant.EPOCH,
              List.of(),
              true);
      broker
          .<byte[]>source("outcomes")
          .send(
              CloudEvent.of(
                      UUID.randomUUID().toString(),
                      "/signer-nuget",
                      PackageSigned.TYPE,
                      NugetFormat.purl(name, identity.toString()),
                      Instant.EPOCH,
                      event)
                  .toJson());
    }

    /** The event of a signer that refuses. */
    void tellRefused(Identity identity, Refusal code) {
      VersionRecord record = record(identity).orElseThrow();
      broker
          .<byte[]>source("outcomes")
          .send(
              CloudEvent.of(
                      UUID.randomUUID().toString(),
                      "/signer-nuget",
                      PackageRefused.TYPE,
                      NugetFormat.purl(name, identity.toString()),
                      Instant.EPOCH,
                      new PackageRefused(
                          name, identity.toString(), record.digest(), code, "in this test"))
                  .toJson());
    }

    /** What the signers were told of this feed, in order. */
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
}
