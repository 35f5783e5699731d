package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.keys.HttpKeyClient;
import dev.countermark.keys.KeyClientSettings;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfiguredKeyClientsTest {
  @TempDir Path directory;

  private static ConfiguredKeyClients clients(String... keysAndValues) {
    SmallRyeConfigBuilder config =
        new SmallRyeConfigBuilder()
            .withMapping(KeysConfig.class)
            .withDefaultValue("countermark.keys.url", "http://keys.example")
            .withDefaultValue("countermark.keys.connect-timeout", "PT2S")
            .withDefaultValue("countermark.keys.request-timeout", "PT10S");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      config.withDefaultValue("countermark.keys." + keysAndValues[i], keysAndValues[i + 1]);
    }
    return new ConfiguredKeyClients(
        config.build().getConfigMapping(KeysConfig.class),
        List.of("echo", "other"),
        HttpKeyClient::new);
  }

  @Test
  void giveEachFormatItsOwnCredential() throws Exception {
    Path file = Files.writeString(directory.resolve("other"), "other's\n");
    var clients = clients("credentials.echo", "echo's", "credential-files.other", file.toString());

    assertThat(clients.settings("echo").credential()).contains("echo's");
    assertThat(clients.settings("other").credential()).contains("other's");
  }

  @Test
  void giveTheCommonCredentialToWhoHasNoOther() {
    var clients = clients("credential", "common", "credentials.echo", "echo's");

    assertThat(clients.settings("echo").credential()).contains("echo's");
    assertThat(clients.settings("other").credential()).contains("common");
  }

  @Test
  void letAFormatBeKnownByItsCertificateAlone() {
    var clients =
        clients(
            "credential", "common",
            "client-certificate", "/common.pem",
            "client-key", "/common.key",
            "client-certificates.echo", "/echo.pem",
            "client-keys.echo", "/echo.key");

    KeyClientSettings echo = clients.settings("echo");
    assertThat(echo.clientCertificate()).contains(Path.of("/echo.pem"));
    assertThat(echo.clientKey()).contains(Path.of("/echo.key"));
    assertThat(echo.credential()).isEmpty();
    KeyClientSettings other = clients.settings("other");
    assertThat(other.clientCertificate()).contains(Path.of("/common.pem"));
    assertThat(other.clientKey()).contains(Path.of("/common.key"));
    assertThat(other.credential()).contains("common");
  }

  @Test
  void refuseACertificateWithoutItsKey() {
    var clients =
        clients(
            "client-certificate", "/common.pem",
            "client-key", "/common.key",
            "client-certificates.echo", "/echo.pem");

    assertThatThrownBy(() -> clients.settings("echo")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refuseSettingsOfAFormatThatThereIsNot() {
    assertThatThrownBy(() -> clients("credentials.ecko", "secret"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "countermark.keys.credentials names no format: [ecko]; there are [echo, other]");
  }

  @Test
  void nameTheKeysButNotTheSecretWhenAFormatHasTwo() {
    var clients = clients("credentials.echo", "s3cret", "credential-files.echo", "/echo");

    assertThatThrownBy(() -> clients.settings("echo"))
        .hasMessageContaining("countermark.keys.credential-files.echo")
        .hasMessageNotContaining("s3cret");
  }
}
