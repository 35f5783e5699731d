package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Format;
import dev.countermark.format.echo.EchoFormat;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostedFormatsTest {
  private static final List<Format<?, ?>> KNOWN = List.of(new EchoFormat());

  @Test
  void areThoseThatAreNamedOrAll() {
    assertThat(HostedFormats.of(List.of("echo"), KNOWN)).isEqualTo(KNOWN);
    assertThat(HostedFormats.of(List.of("all"), KNOWN)).isEqualTo(KNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ecko", "ECHO", ""})
  void areNoneThatAreNotKnown(String unknown) {
    assertThatThrownBy(() -> HostedFormats.of(List.of("echo", unknown), KNOWN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("countermark.signer.formats must name some of [echo] or all, not");
  }

  @Test
  void areNeverNone() {
    assertThatThrownBy(() -> HostedFormats.of(List.of(), KNOWN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> HostedFormats.of(List.of("all"), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static SmallRyeConfig config(String formats) {
    return new SmallRyeConfigBuilder()
        .withSources(new ChannelSettings())
        .withDefaultValue("countermark.signer.formats", formats)
        .build();
  }

  private static String channel(SmallRyeConfig config, String key) {
    return config.getValue("mp.messaging.incoming." + key, String.class);
  }

  @Test
  void haveChannelsOnTheirOwnTopicsAndGroups() {
    SmallRyeConfig config = config("all");

    assertThat(channel(config, "uploads-echo.enabled")).isEqualTo("true");
    assertThat(channel(config, "uploads-echo.topic")).isEqualTo("countermark.uploads.echo");
    assertThat(channel(config, "uploads-echo.group.id")).isEqualTo("signer-echo");
    assertThat(channel(config, "resyncs-echo.enabled")).isEqualTo("true");
    assertThat(channel(config, "resyncs-echo.topic")).isEqualTo("countermark.resyncs.echo");
    assertThat(channel(config, "resyncs-echo.group.id")).isEqualTo("signer-echo-resyncs");
  }

  @Test
  void areTheOnlyOnesWithChannelsThatAreConnected() {
    assertThat(channel(config("something, else"), "uploads-echo.enabled")).isEqualTo("false");
    assertThat(channel(config("something, echo"), "uploads-echo.enabled")).isEqualTo("true");
  }

  @Test
  void leaveTheLastWordAboutTheirChannelsToOperators() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withSources(new ChannelSettings())
            .withSources(
                new PropertiesConfigSource(
                    Map.of("mp.messaging.incoming.uploads-echo.topic", "another"),
                    "of an operator",
                    100))
            .build();

    assertThat(channel(config, "uploads-echo.topic")).isEqualTo("another");
  }
}
