package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.sweep.ContentSweeper;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Message;

/** The gateway over stores in memory, and a repository of its own for every test. */
abstract class RegistryTestBase {
  static final String EMPTY_JSON =
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  @Inject BlobStore store;
  @Inject @Any InMemoryConnector broker;

  @TestHTTPResource("/")
  URI base;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  Registry admin() {
    return new Registry(base, Registry.basic(adminToken));
  }

  Registry anonymous() {
    return new Registry(base, null);
  }

  /** A new repository with default settings. */
  Repository repository() {
    return repository("{}");
  }

  /**
   * @param oci the settings, JSON
   */
  Repository repository(String oci) {
    String path = "oci-test/r" + NUMBERS.incrementAndGet();
    new Registry(base, "Bearer " + adminToken)
        .send("PUT", "/api/v1/repositories/" + path, text("{\"settings\":{\"oci\":" + oci + "}}"))
        .is(201);
    return new Repository(path);
  }

  /** A repository and those who use it. */
  final class Repository {
    final String path;
    final String name;
    final String pushToken;
    final Registry pusher;
    final Registry reader;

    private Repository(String path) {
      this.path = path;
      this.name = path + "/web";
      this.pushToken = token("\"push\",\"delete\"");
      this.pusher = new Registry(base, Registry.basic(pushToken));
      this.reader = new Registry(base, Registry.basic(token("\"read\"")));
    }

    private String token(String scopes) {
      return new Registry(base, "Bearer " + adminToken)
          .send(
              "POST",
              "/api/v1/repositories/" + path + "/tokens",
              text("{\"scopes\":[" + scopes + "]}"))
          .is(201)
          .json()
          .path("token")
          .asText();
    }

    /** Pushes like any client. */
    SampleImage push(String reference, SampleImage image) {
      RegistryClient.withToken(base, pushToken).push(name, reference, image);
      return image;
    }

    String manifests(String reference) {
      return "/v2/" + name + "/manifests/" + reference;
    }

    String blobs(String digest) {
      return "/v2/" + name + "/blobs/" + digest;
    }

    String uploads() {
      return "/v2/" + name + "/blobs/uploads/";
    }

    Optional<ManifestRecord> record(String digest) {
      return new Records(store).read(OciKeys.manifest(name, digest), ManifestRecord.class);
    }

    Optional<TagRecord> tag(String tag) {
      return new Records(store).read(OciKeys.tag(name, tag), TagRecord.class);
    }

    /** Digests of this name's manifests that the signers were told of, in order. */
    List<String> announced() {
      return broker.<byte[]>sink("uploads").received().stream()
          .map(Message::getPayload)
          .map(payload -> CloudEvent.fromJson(payload).dataAs(PackageUploaded.class))
          .filter(event -> event.name().equals(name))
          .map(PackageUploaded::digest)
          .toList();
    }
  }

  private static java.net.http.HttpRequest.BodyPublisher text(String json) {
    return Registry.bytes(json.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] random(int size, long seed) {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    return content;
  }

  /** Every key, once all has been deleted that nothing refers to: as if days had passed. */
  TreeSet<String> settled() {
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(3));
    ContentSweeper sweeper =
        new ContentSweeper(store, TestFormats.all(), Duration.ofHours(24), later);
    // What records of vanished repositories named goes in a second run.
    assertThat(sweeper.sweep()).isPresent();
    assertThat(sweeper.sweep()).isPresent();
    return keys("");
  }

  /** Once settled, the store has exactly these keys. */
  void assertSettlesTo(TreeSet<String> expected) {
    TreeSet<String> now = settled();
    assertThat(without(now, expected)).as("left behind").isEmpty();
    TreeSet<String> lost = without(expected, now);
    // What tests before this one damaged is found and mended at any time.
    lost.removeIf(key -> key.startsWith("quarantine/"));
    assertThat(lost).as("lost").isEmpty();
  }

  static TreeSet<String> without(TreeSet<String> keys, TreeSet<String> others) {
    TreeSet<String> rest = new TreeSet<>(keys);
    rest.removeAll(others);
    return rest;
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
}
