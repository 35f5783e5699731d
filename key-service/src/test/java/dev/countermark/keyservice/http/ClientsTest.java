package dev.countermark.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.keys.KeyClient.Purpose;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which purposes clients may have. */
class ClientsTest {
  private static final SortedSet<Purpose> KNOWN =
      new TreeSet<>(List.of(new Purpose("echo"), new Purpose("aloud")));

  private static Clients clients(String purposes) {
    String prefix = "countermark.keyservice.clients.signer.";
    return Clients.of(
        new SmallRyeConfigBuilder()
            .withMapping(KeyServiceConfig.class)
            .withDefaultValues(
                Map.of(
                    prefix + "credential-sha256",
                    TestClients.sha256("x"),
                    prefix + "purposes",
                    purposes))
            .build()
            .getConfigMapping(KeyServiceConfig.class)
            .clients(),
        KNOWN);
  }

  @Test
  void takesAnyPurposeThatThereIs() {
    assertThat(clients("echo,aloud").byCredential("x").orElseThrow().purposes())
        .containsExactlyInAnyOrderElementsOf(KNOWN);
  }

  @Test
  void namesAPurposeThatIsNoneAndThoseThatThereAre() {
    assertThatThrownBy(() -> clients("echo,cargo"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "countermark.keyservice.clients.signer.purposes: unknown: cargo;"
                + " there are [aloud, echo]");
  }
}
