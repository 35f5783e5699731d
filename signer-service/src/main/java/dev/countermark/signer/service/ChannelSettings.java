package dev.countermark.signer.service;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.SignerGroups;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * The settings of the channels of every format that there is. Channels are wired when the service
 * is built, and cannot be made later; which of them are connected is read when it starts.
 *
 * <p>Everything that an operator sets comes before: these have the lowest ordinal of all.
 */
public final class ChannelSettings implements ConfigSourceFactory {
  /** Below that of a library's {@code microprofile-config.properties}. */
  private static final int ORDINAL = 50;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    List<String> wanted = wanted(context);
    Map<String, String> settings = new HashMap<>();
    for (Format<?, ?> format : Formats.all()) {
      boolean hosted = HostedFormats.isHosted(format, wanted);
      channel(
          settings,
          "uploads-" + format.label(),
          format.uploads(),
          SignerGroups.uploads(format),
          hosted);
      channel(
          settings,
          "resyncs-" + format.label(),
          format.resyncs(),
          SignerGroups.resyncs(format),
          hosted);
    }
    return List.of(new PropertiesConfigSource(settings, "channels of formats", ORDINAL));
  }

  private static List<String> wanted(ConfigSourceContext context) {
    ConfigValue set = context.getValue(HostedFormats.SETTING);
    String formats = set == null || set.getValue() == null ? HostedFormats.ALL : set.getValue();
    return Arrays.stream(formats.split(",")).map(String::strip).toList();
  }

  private static void channel(
      Map<String, String> settings, String name, String topic, String group, boolean hosted) {
    Map<String, String> channel =
        Map.ofEntries(
            Map.entry("enabled", Boolean.toString(hosted)),
            Map.entry("connector", "smallrye-kafka"),
            Map.entry("topic", topic),
            Map.entry("group.id", group),
            Map.entry("consumer-rebalance-listener.name", JoinedGroups.NAME),
            Map.entry("auto.offset.reset", "earliest"),
            // Records are acknowledged one by one as they are dealt with, in any order; "throttled"
            // commits only up to the first that is not.
            Map.entry("commit-strategy", "throttled"),
            Map.entry("auto.commit.interval.ms", "1000"),
            // At the end the channels are closed one after the other, each after two polls: with
            // the default of a second a signer of all formats would be killed before it is done.
            Map.entry("poll-timeout", "200"),
            // Never too old: while the key service is away, what came first waits for long behind
            // others of its package, and its age would close the channel to everybody for good.
            // How old the oldest is, is measured.
            Map.entry("throttled.unprocessed-record-max-age.ms", "0"),
            // Never used: the worker writes the dead letters itself, with the reason.
            Map.entry("failure-strategy", "ignore"),
            Map.entry("key.deserializer", ByteArrayDeserializer.class.getName()),
            Map.entry("value.deserializer", ByteArrayDeserializer.class.getName()),
            // The bytes are needed as they are, for a dead letter.
            Map.entry("cloud-events", "false"),
            Map.entry("tracing-enabled", "false"),
            // A killed instance's partitions move on after this, not after the default of 45 s.
            Map.entry("session.timeout.ms", "8000"),
            // A member learns at its next heartbeat that another one comes or goes.
            Map.entry("heartbeat.interval.ms", "500"),
            // One that hangs holds up everybody else's rebalance that long. Polling has a thread of
            // its own, so that slow work does not count.
            Map.entry("max.poll.interval.ms", "60000"));
    channel.forEach((k, v) -> settings.put("mp.messaging.incoming." + name + "." + k, v));
  }
}
