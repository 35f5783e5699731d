package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.blobs.BlobStore;
import dev.countermark.conformance.FormatCase;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.PackagesBucket;
import dev.countermark.conformance.PausedPart;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.SignerGroups;
import dev.countermark.contracts.Topics;
import dev.countermark.testkit.topics.TopicClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whoever may write to the topics writes what is forged, altered, too long, malformed or of another
 * tenant: nothing is signed, listed, served or ended that would not have been, and what signers
 * cannot make sense of is given up with the reason.
 */
class ForgedRecordsTest {
  private static final int RECORDS = Boolean.getBoolean("hostile.long") ? 10_000 : 240;
  private static final int LONGEST = 900_000;

  /** Of those that are too long, so many: they fill the broker's disk, and say nothing more. */
  private static final int TOO_LONG_EVERY = 120;

  private static final int HEALTHY = 20;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String OTHER = "sha256:" + "0".repeat(64);

  private static Platform platform;
  private static LivingGateway gateway;
  private static TopicClient topics;

  @BeforeAll
  static void start() {
    platform = Platform.start();
    gateway = new LivingGateway(platform);
    topics =
        new TopicClient(
            platform.setting("upload-gateway", "kafka.bootstrap.servers").orElseThrow());
  }

  @AfterAll
  static void stop() {
    topics.close();
    platform.close();
  }

  /** What is made of a true event, and whether a signer can make sense of it. */
  private enum Forgery {
    GARBAGE(false, event -> "no event at all".getBytes(StandardCharsets.UTF_8)),
    CUT_OFF(false, event -> Arrays.copyOf(event, event.length / 2)),
    OF_NO_TYPE(false, changed("/type", "dev.countermark.package.unheard-of.v1")),
    PATH_AS_NAME(false, changed("/data/name", "x/../../y")),
    NO_REPOSITORY(false, changed("/data/repository", null)),
    NO_DIGEST(false, changed("/data/digest", "sha256:zz")),
    OTHER_DIGEST(true, changed("/data/digest", OTHER)),
    OTHER_TENANT(true, changed("/data/repository", "evil/tenant")),
    OF_THE_FUTURE(true, changed("/data/acceptedAt", "3026-01-01T00:00:00Z")),
    TOO_LONG(false, event -> new byte[LONGEST]);

    final boolean makesSense;
    final UnaryOperator<byte[]> forge;

    Forgery(boolean makesSense, UnaryOperator<byte[]> forge) {
      this.makesSense = makesSense;
      this.forge = forge;
    }

    private static UnaryOperator<byte[]> changed(String pointer, String value) {
      return event -> {
        ObjectNode json = (ObjectNode) Json.read(event, JsonNode.class);
        int slash = pointer.lastIndexOf('/');
        ObjectNode parent = (ObjectNode) json.at(pointer.substring(0, slash));
        parent.put(pointer.substring(slash + 1), value);
        return Json.write(json);
      };
    }

    static Forgery number(int i) {
      Forgery one = values()[i % values().length];
      return one == TOO_LONG && i % TOO_LONG_EVERY != TOO_LONG.ordinal() ? GARBAGE : one;
    }
  }

  /** A tenant with packages that are signed, and the record of one of them as it was told. */
  private record Victim(FormatCase format, Packages packages, ConsumerRecord<byte[], byte[]> told) {
    static Victim of(FormatCase format) {
      Platform.Repository repository = platform.repository(format.label(), format.settings());
      Packages packages = format.packages(platform, repository);
      push(packages, 0);
      List<ConsumerRecord<byte[], byte[]>> all =
          topics.readBytes(Topics.uploads(format.label()), r -> isOf(repository, r));
      return new Victim(format, packages, all.get(0));
    }
  }

  private static boolean isOf(Platform.Repository repository, ConsumerRecord<?, byte[]> record) {
    return record.value() != null
        && new String(record.value(), StandardCharsets.UTF_8).contains(repository.path());
  }

  /** Nanoseconds until it is signed. */
  private static long push(Packages packages, int number) {
    long began = System.nanoTime();
    assertThat(packages.push(number)).isLessThan(300);
    await(packages.name(number) + " is signed")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> packages.isSigned(number));
    return System.nanoTime() - began;
  }

  private static List<Long> pushHealthy(List<Packages> all, int from) {
    List<Long> lags = new ArrayList<>();
    for (Packages packages : all) {
      for (int i = from; i < from + HEALTHY; i++) {
        lags.add(push(packages, i));
      }
    }
    Collections.sort(lags);
    return lags;
  }

  private static double p99Millis(List<Long> sorted) {
    return sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1) / 1e6;
  }

  /** Those of signers: what others wrote there has no code. */
  private static Map<String, Long> lettersByCode() {
    Map<String, Long> codes = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> letter :
        topics.readBytes(
            Topics.DEAD_LETTERS,
            r -> r.headers().lastHeader(DeadLetterHeaders.FAILURE_CODE) != null)) {
      codes.merge(TopicClient.header(letter, DeadLetterHeaders.FAILURE_CODE), 1L, Long::sum);
    }
    return codes;
  }

  private static double signatures() {
    return gateway.measured("key-service", "countermark_keys_signatures_total");
  }

  private static Map<String, byte[]> records(List<Victim> victims) {
    BlobStore store = PackagesBucket.of(platform);
    Map<String, byte[]> all = new TreeMap<>();
    for (Victim victim : victims) {
      JsonNode data = Json.read(victim.told().value(), JsonNode.class).path("data");
      String key = recordKey(victim.format(), data).orElseThrow();
      all.put(key, store.get(key).orElseThrow().content());
    }
    return all;
  }

  private static Optional<String> recordKey(FormatCase of, JsonNode data) {
    Format<?, ?> format = Formats.find(of.label()).orElseThrow();
    RepositoryName repository = RepositoryName.of(data.path("repository").asText());
    return format.recordKey(repository, data.path("name").asText(), data.path("digest").asText());
  }

  private static void awaitAllRead() {
    for (Format<?, ?> format : Formats.all()) {
      await(format.label() + " is read")
          .atMost(LIMIT)
          .until(
              () ->
                  topics.lag(SignerGroups.uploads(format), format.uploads()) == 0
                      && topics.lag(SignerGroups.resyncs(format), format.resyncs()) == 0);
    }
  }

  @Test
  void whatIsWrittenToTheSignersSignsNothing() {
    List<Victim> victims = FormatCase.all().stream().map(Victim::of).toList();
    List<Packages> healthy =
        FormatCase.all().stream()
            .map(f -> f.packages(platform, platform.repository(f.label(), f.settings())))
            .toList();
    pushHealthy(healthy, 0); // nothing is cold from here on
    List<Long> idle = pushHealthy(healthy, HEALTHY);
    awaitAllRead();
    double signed = signatures();
    Map<String, byte[]> before = records(victims);

    long senseless = 0;
    for (Victim victim : victims) {
      for (String topic :
          List.of(
              Topics.uploads(victim.format().label()), Topics.resyncs(victim.format().label()))) {
        senseless += write(victim, topic);
      }
    }
    List<Long> beside = pushHealthy(healthy, 2 * HEALTHY);
    awaitAllRead();

    assertThat(signatures() - signed)
        .as("signatures beside those of %d healthy packages", beside.size())
        .isLessThanOrEqualTo(signaturesOf(beside.size()));
    assertThat(records(victims)).containsExactlyEntriesOf(before);
    assertThat(lettersByCode()).containsExactly(Map.entry("MALFORMED_EVENT", senseless));
    gateway.requireAlive();
    System.out.printf(
        "hostile: %d forged records per topic: pushed to signed p99 %.0f ms, idle %.0f ms: %.1fx%n",
        RECORDS, p99Millis(beside), p99Millis(idle), p99Millis(beside) / p99Millis(idle));
  }

  /** An image has a signature of its digest and perhaps one of its tag's; others have fewer. */
  private static double signaturesOf(int packages) {
    return 4.0 * packages;
  }

  /** How many of them no signer can make sense of. */
  private static long write(Victim victim, String topic) {
    long senseless = 0;
    for (int i = 0; i < RECORDS; i++) {
      Forgery forgery = Forgery.number(i);
      byte[] key = i % 7 == 0 ? new byte[] {(byte) 0xff, (byte) 0xfe, 0} : victim.told().key();
      byte[] forged = forgery.forge.apply(victim.told().value());
      topics.send(topic, i % 11 == 0 ? null : key, forged);
      senseless += forgery.makesSense && namesSomething(victim, forged) ? 0 : 1;
    }
    return senseless;
  }

  /** In some formats another digest, or another repository, makes the name that of nothing. */
  private static boolean namesSomething(Victim victim, byte[] forged) {
    JsonNode data = Json.read(forged, JsonNode.class).path("data");
    return recordKey(victim.format(), data).isPresent();
  }

  /** Nobody has it before it is signed, whatever the outcomes say. */
  @Test
  void whatIsWrittenToTheOutcomesShowsNothing() {
    for (FormatCase format : FormatCase.all()) {
      Platform.Repository repository = platform.repository(format.label(), format.settings());
      Packages packages = format.packages(platform, repository);
      push(packages, 0);
      // It is signed before it is told that it is.
      byte[] told =
          await("the outcome of " + packages.name(0))
              .atMost(LIMIT)
              .until(
                  () -> topics.readBytes(Topics.OUTCOMES, r -> isOf(repository, r)),
                  outcomes -> !outcomes.isEmpty())
              .get(0)
              .value();
      try (var signer = new PausedPart(platform, Platform.SIGNER)) {
        assertThat(packages.push(1)).isLessThan(300);
        for (int i = 0; i < RECORDS / 4; i++) {
          forgeOutcomes(told, packages);
        }
        assertThat(packages.isSigned(1)).as("%s is signed", packages.name(1)).isFalse();
        assertThat(reader(format, repository).read(1))
            .as("%s is served", packages.name(1))
            .isNotEqualTo(200);
        packages.listed().ifPresent(listed -> assertThat(listed).doesNotContain(1));
      }
      await(packages.name(1) + " is signed").atMost(LIMIT).until(() -> packages.isSigned(1));
    }
    gateway.requireAlive();
  }

  /** Who pushed may see an image before it is signed. */
  private static Packages reader(FormatCase format, Platform.Repository repository) {
    byte[] made =
        platform
            .call(
                "POST",
                "/api/v1/repositories/" + repository.path() + "/tokens",
                "{\"scopes\":[\"pull\"]}".getBytes(StandardCharsets.UTF_8))
            .body();
    String token = Json.read(made, JsonNode.class).path("token").asText();
    return format.packages(platform, platform.asSeenWith(repository.path(), token));
  }

  private static void forgeOutcomes(byte[] told, Packages packages) {
    ObjectNode event = (ObjectNode) Json.read(told, JsonNode.class);
    ObjectNode data = (ObjectNode) event.path("data");
    String name = data.path("name").asText();
    data.put("name", packages.name(1));
    topics.send(Topics.OUTCOMES, name, Json.write(event));
    event.put("type", "dev.countermark.package.unheard-of.v1");
    topics.send(Topics.OUTCOMES, (String) null, Json.write(event));
    topics.send(Topics.OUTCOMES, name, Arrays.copyOf(told, told.length / 2));
    topics.send(Topics.OUTCOMES, new byte[] {(byte) 0xff}, null);
  }

  /** What is no request for a campaign starts none, and what is no letter is shown as text. */
  @Test
  void whatIsWrittenToTheOperatorsTopicsStartsNothing() {
    int campaigns = campaigns();
    for (int i = 0; i < RECORDS; i++) {
      byte[] value =
          switch (i % 4) {
            case 0 -> new byte[] {(byte) 0xff, 0, (byte) i};
            case 1 -> "{\"specversion\":\"1.0\"}".getBytes(StandardCharsets.UTF_8);
            case 2 -> null;
            default -> ("[".repeat(20_000)).getBytes(StandardCharsets.UTF_8);
          };
      topics.send(Topics.RESYNC_CAMPAIGNS, "evil/tenant", value);
      topics.send(Topics.DEAD_LETTERS, new byte[] {(byte) 0xfe}, value);
    }
    for (Map.Entry<String, String> group :
        Map.of(
                "upload-gateway-resync-campaigns",
                Topics.RESYNC_CAMPAIGNS,
                "upload-gateway-dead-letters",
                Topics.DEAD_LETTERS)
            .entrySet()) {
      await(group.getKey() + " has read everything")
          .atMost(LIMIT)
          .until(() -> topics.lag(group.getKey(), group.getValue()) == 0);
    }

    assertThat(campaigns()).isEqualTo(campaigns);
    assertThat(platform.call("GET", "/api/v1/dead-letters?n=100", null).statusCode())
        .isEqualTo(200);
    gateway.requireAlive();
  }

  private static int campaigns() {
    byte[] all = platform.call("GET", "/api/v1/resyncs?n=100", null).body();
    return Json.read(all, JsonNode.class).path("resyncs").size();
  }
}
