package dev.countermark.conformance.nuget;

import dev.countermark.conformance.Platform;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.Topics;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.testkit.nuget.NugetPackage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Tells the signers of a platform this and that, and hears what they say. */
final class PlatformEvents implements AutoCloseable {
  private static final Format<?, ?> FORMAT = new NugetFormat();

  private final KafkaProducer<String, byte[]> producer;
  private final KafkaConsumer<String, byte[]> outcomes;
  private final List<PackageSigned> heard = new ArrayList<>();

  private PlatformEvents(String broker) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker, "acks", "all"),
            new StringSerializer(),
            new ByteArraySerializer());
    outcomes =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker, "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    outcomes.assign(
        outcomes.partitionsFor(Topics.OUTCOMES).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList());
    outcomes.seekToBeginning(List.of());
  }

  static PlatformEvents of(Platform platform) {
    return new PlatformEvents(
        platform.setting("upload-gateway", "kafka.bootstrap.servers").orElseThrow());
  }

  /** What the gateway says after a push. */
  void uploaded(NugetFeed feed, NugetPackage nupkg) {
    String name = name(nupkg);
    RepositoryName repository = repository(feed);
    send(
        FORMAT.uploads(),
        repository,
        name,
        PackageUploaded.TYPE,
        new PackageUploaded(
            repository, name, nupkg.digest(), "application/octet-stream", Instant.now()));
  }

  /** What the gateway says when somebody asked for a resync. */
  void resync(NugetFeed feed, NugetPackage nupkg) {
    String name = name(nupkg);
    RepositoryName repository = repository(feed);
    send(
        FORMAT.resyncs(),
        repository,
        name,
        PackageResyncRequested.TYPE,
        new PackageResyncRequested(repository, name, nupkg.digest(), "conformance"));
  }

  private static RepositoryName repository(NugetFeed feed) {
    return RepositoryName.parse(feed.repository().path()).orElseThrow();
  }

  private static String name(NugetPackage nupkg) {
    return nupkg.id().toLowerCase(Locale.ROOT) + "/" + nupkg.version();
  }

  private void send(
      String topic, RepositoryName repository, String name, String type, Object data) {
    CloudEvent event =
        CloudEvent.of(
            UUID.randomUUID().toString(),
            "/conformance",
            type,
            FORMAT.purl(repository, name, ""),
            Instant.now(),
            data);
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topic, FORMAT.eventKey(repository, name, ""), event.toJson());
    record.headers().add("content-type", CloudEvent.MEDIA_TYPE.getBytes(StandardCharsets.US_ASCII));
    try {
      producer.send(record).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the broker does not take an event", e);
    }
  }

  /** All that the signers said so far about the signatures of a version. */
  List<PackageSigned> signed(NugetFeed feed, NugetPackage nupkg) {
    for (ConsumerRecord<String, byte[]> record : outcomes.poll(Duration.ofMillis(100))) {
      CloudEvent event = CloudEvent.fromJson(record.value());
      if (event.type().equals(PackageSigned.TYPE)) {
        heard.add(event.dataAs(PackageSigned.class));
      }
    }
    return heard.stream()
        .filter(s -> s.repository().equals(repository(feed)) && s.name().equals(name(nupkg)))
        .toList();
  }

  @Override
  public void close() {
    producer.close();
    outcomes.close();
  }
}
