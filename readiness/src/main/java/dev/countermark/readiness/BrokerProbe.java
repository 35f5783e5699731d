package dev.countermark.readiness;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks a Kafka cluster whether it has the platform's topics, and makes those that are missing. Any
 * number of services may do so at the same time.
 */
public final class BrokerProbe implements Dependency.Probe, AutoCloseable {
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(2).toMillis();

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Map<String, Object> settings;
  private final List<NewTopic> topics;
  private Admin admin;

  /**
   * Does not connect yet.
   *
   * @param settings of any Kafka client of the service; what administration does not know is left
   *     out
   * @param topics that there must be
   */
  public BrokerProbe(Map<String, Object> settings, List<NewTopic> topics) {
    Map<String, Object> known = new HashMap<>(settings);
    known.keySet().retainAll(AdminClientConfig.configNames());
    known.put(AdminClientConfig.CLIENT_ID_CONFIG, "readiness");
    known.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    known.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    this.settings = known;
    this.topics = List.copyOf(topics);
  }

  @Override
  public void run() throws Exception {
    Map<String, Optional<TopicDescription>> there = there();
    List<NewTopic> missing =
        topics.stream().filter(topic -> !there.containsKey(topic.name())).toList();
    if (!missing.isEmpty()) {
      make(missing);
    }
  }

  /**
   * Makes the topics before anything reads or writes them, as soon as the cluster answers.
   *
   * @param patience how long it may take to answer
   * @return why they are not there yet; empty when they are
   */
  public Optional<String> prepare(Duration patience) {
    long ends = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        run();
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.of("interrupted");
      } catch (Exception e) {
        if (System.nanoTime() >= ends) {
          return Optional.of(e.getMessage());
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** By name, what there is; without a description where the service may not have it. */
  private Map<String, Optional<TopicDescription>> there() throws IOException, InterruptedException {
    Map<String, Optional<TopicDescription>> there = new TreeMap<>();
    List<String> names = topics.stream().map(NewTopic::name).toList();
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin()
            .describeTopics(names, new DescribeTopicsOptions().timeoutMs(TIMEOUT_MILLIS))
            .topicNameValues();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : asked.entrySet()) {
      try {
        there.put(topic.getKey(), Optional.of(topic.getValue().get()));
      } catch (ExecutionException e) {
        // Whoever may not see a topic may not make it either: it is the operator's.
        if (e.getCause() instanceof TopicAuthorizationException) {
          there.put(topic.getKey(), Optional.empty());
        } else if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw new IOException("the broker does not answer: " + e.getCause().getMessage(), e);
        }
      }
    }
    return there;
  }

  private void make(List<NewTopic> missing) throws IOException, InterruptedException {
    Map<String, KafkaFuture<Void>> made =
        admin().createTopics(missing, new CreateTopicsOptions().timeoutMs(TIMEOUT_MILLIS)).values();
    for (Map.Entry<String, KafkaFuture<Void>> topic : made.entrySet()) {
      try {
        topic.getValue().get();
      } catch (ExecutionException e) {
        // Another service made it meanwhile.
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw new IOException(
              "the topic "
                  + topic.getKey()
                  + " is missing and is not made: "
                  + e.getCause().getMessage(),
              e);
        }
      }
    }
  }

  /**
   * Tells these topics from others of the same names: after the cluster lost its data, or a topic
   * was deleted and made again.
   *
   * @return an id by topic, of those that may be seen; empty while the cluster does not answer, or
   *     has not all of them
   */
  public Optional<Map<String, String>> identity() {
    try {
      Map<String, Optional<TopicDescription>> there = there();
      if (there.size() < topics.size()) {
        return Optional.empty();
      }
      String cluster =
          admin()
              .describeCluster(new DescribeClusterOptions().timeoutMs(TIMEOUT_MILLIS))
              .clusterId()
              .get();
      Map<String, String> ids = new TreeMap<>();
      there.forEach(
          (name, topic) -> topic.ifPresent(t -> ids.put(name, cluster + "/" + t.topicId())));
      return Optional.of(ids);
    } catch (ExecutionException | IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private synchronized Admin admin() {
    if (admin == null) {
      admin = Admin.create(settings);
    }
    return admin;
  }

  @Override
  public synchronized void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
