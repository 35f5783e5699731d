package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.SignerGroups;
import dev.countermark.contracts.Topics;
import dev.countermark.testkit.topics.TopicClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Signers read everything again that they were ever told, from the first offset on: no byte of the
 * store changes, nothing is signed, and the audit chains stay as long as they are.
 */
class ReplayTest {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int PACKAGES = 3;

  @Test
  void readingEverythingAgainChangesNothing() throws Exception {
    try (Platform platform = Platform.start()) {
      for (FormatCase format : FormatCase.all()) {
        fill(platform, format);
      }
      String broker = platform.setting("upload-gateway", "kafka.bootstrap.servers").orElseThrow();
      try (TopicClient topics = new TopicClient(broker);
          Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
        awaitAllRead(topics);
        Map<String, String> packages = packages(platform);
        Map<String, String> keys = keys(platform);
        int outcomes = topics.read(Topics.OUTCOMES, any -> true).size();

        try (var signer = new PausedPart(platform, Platform.SIGNER)) {
          for (Format<?, ?> format : Formats.all()) {
            rewind(admin, SignerGroups.uploads(format), format.uploads());
            rewind(admin, SignerGroups.resyncs(format), format.resyncs());
          }
        }

        awaitAllRead(topics);
        assertThat(topics.read(Topics.OUTCOMES, any -> true))
            .as("all of it was read")
            .hasSizeGreaterThanOrEqualTo(outcomes + FormatCase.all().size() * PACKAGES);
        assertThat(packages(platform)).isNotEmpty().isEqualTo(packages);
        assertThat(keys(platform)).isNotEmpty().isEqualTo(keys);
      }
    }
  }

  /** Pushed, signed, looked at again by a campaign, and one of them deleted where that can be. */
  private static void fill(Platform platform, FormatCase format) {
    Platform.Repository repository = platform.repository(format.label(), format.settings());
    Packages packages = format.packages(platform, repository);
    for (int number = 0; number < PACKAGES; number++) {
      assertThat(packages.push(number)).isLessThan(300);
    }
    for (int number = 0; number < PACKAGES; number++) {
      int pushed = number;
      await(packages.name(number) + " is signed")
          .atMost(LIMIT)
          .until(() -> packages.isSigned(pushed));
    }
    Resync.of(platform, repository.path(), format.renewal());
    var unused = packages.delete(PACKAGES - 1);
  }

  private static void awaitAllRead(TopicClient topics) {
    for (Format<?, ?> format : Formats.all()) {
      await(format.label() + " is read")
          .atMost(LIMIT)
          .until(
              () ->
                  topics.lag(SignerGroups.uploads(format), format.uploads()) == 0
                      && topics.lag(SignerGroups.resyncs(format), format.resyncs()) == 0);
    }
  }

  /** A group that has members keeps its offsets. */
  private static void rewind(Admin admin, String group, String topic) throws Exception {
    await(group + " has no members").atMost(LIMIT).until(() -> isEmpty(admin, group));
    int partitions =
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
    Map<TopicPartition, OffsetAndMetadata> first =
        IntStream.range(0, partitions)
            .boxed()
            .collect(
                Collectors.toMap(p -> new TopicPartition(topic, p), p -> new OffsetAndMetadata(0)));
    admin.alterConsumerGroupOffsets(group, first).all().get();
  }

  private static boolean isEmpty(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    return admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState()
        == GroupState.EMPTY;
  }

  /** All that is of formats; the rest says who lives and how far somebody has come. */
  private static Map<String, String> packages(Platform platform) {
    BlobStore store = PackagesBucket.of(platform);
    Map<String, String> all = new TreeMap<>();
    for (Format<?, ?> format : Formats.all()) {
      add(store, format.root(), all);
    }
    add(store, "content/", all);
    return all;
  }

  private static void add(BlobStore store, String prefix, Map<String, String> all) {
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, 1_000);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        all.put(entry.key(), hash(store.get(entry.key()).orElseThrow().content()));
      }
    } while (page.more());
  }

  private static Map<String, String> keys(Platform platform) throws IOException {
    Path root = platform.requireData().resolve("objects").resolve("countermark-keys");
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(file -> root.relativize(file).toString(), file -> hash(read(file))));
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return new BigInteger(1, hash).toString(16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
