package dev.countermark.standalone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigCheckTest {
  private static final KnownKeys KNOWN = KnownKeys.load();

  private static final String GATEWAY =
      """
      countermark.public-url=https://registry.example.org
      countermark.store.endpoint=https://s3.example.org
      countermark.store.access-key=packages
      countermark.store.secret-key-file=/etc/countermark/store
      countermark.keys.url=https://keys.example.org
      countermark.gateway.admin-token-file=/etc/countermark/admin
      countermark.gateway.secret-file=/etc/countermark/secret
      """;

  @TempDir Path folder;

  private PropertiesFile file(String name, String text) throws IOException {
    return PropertiesFile.read(Files.writeString(folder.resolve(name), text));
  }

  private List<String> findings(String service, String text) throws IOException {
    return new ConfigCheck(KNOWN, Optional.ofNullable(service), Set.of())
        .findings(List.of(file("f", text)));
  }

  private String at(int line, String rest) {
    return folder.resolve("f") + ":" + line + ": " + rest;
  }

  @Test
  void nothingIsWrongWithWhatAServiceNeeds() throws IOException {
    assertThat(findings("gateway", GATEWAY)).isEmpty();
    assertThat(findings(null, "quarkus.http.port=x\nkafka.bootstrap.servers=b:9092\n")).isEmpty();
  }

  @Test
  void aKeyThatIsNoneIsNamedWithItsLineAndWhatWasMeant() throws IOException {
    String text = "# comment\n\ncountermark.gateway.conections = 5\ncountermark.frobnicate=1\n";

    assertThat(findings(null, text))
        .containsExactly(
            at(
                3,
                "countermark.gateway.conections: there is no such key; did you mean"
                    + " countermark.gateway.connections?"),
            at(4, "countermark.frobnicate: there is no such key"));
  }

  @Test
  void whatOperatorsChooseIsPartOfTheName() throws IOException {
    String client = "countermark.keyservice.clients.my-signer.";

    assertThat(findings(null, client + "may-sign=true\n" + client + "may-sing=true\n"))
        .containsExactly(
            at(2, client + "may-sing: there is no such key; did you mean " + client + "may-sign?"));
  }

  @ParameterizedTest
  @CsvSource({
    "countermark.gateway.quiet-connection, soon, a duration",
    "countermark.gateway.memory, 5 MB, a size",
    "countermark.gateway.connections, 10k, a whole number",
    "countermark.gateway.connections, -1, at least 0",
    "countermark.gateway.wrong-tokens, 0, 'a whole number, at least 1'",
    "countermark.gateway.spool-share, 1.5, 'a number, above 0, at most 1'",
    "countermark.signer.memory-share, 1, 'a number, above 0, below 1'",
    "countermark.tracing.ratio, 2, 'a number, at least 0, at most 1'",
    "countermark.gateway.sweep.grace, 1h, 'a duration, such as 10s or PT10S, at least 86400 sec'",
    "countermark.keyservice.clients.a.may-sign, maybe, true or false",
    "countermark.public-url, registry.example.org, an address",
    "countermark.nuget.timestamp-authorities, 'http://a.example,b', an address",
    "countermark.keyservice.ca.nuget.validity, 2y6, a period",
  })
  void aValueThatCannotBeReadIsToldWithoutSayingIt(String key, String value, String expected)
      throws IOException {
    assertThat(findings(null, key + "=" + value))
        .singleElement()
        .asString()
        .startsWith(at(1, key + ": expected "))
        .contains(expected)
        .doesNotContain("expected " + value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "countermark.gateway.quiet-connection=90",
        "countermark.gateway.quiet-connection=1h30m",
        "countermark.gateway.quiet-connection=100ms",
        "countermark.gateway.quiet-connection=2d",
        "countermark.gateway.quiet-connection=PT0.5S",
        "countermark.gateway.sweep.grace=P2D",
        "countermark.gateway.memory=512m",
        "countermark.gateway.memory=${countermark.mem}",
        "%prod.countermark.gateway.connections=5",
        "countermark.nuget.timestamp-authorities=http://a.example, http://b.example",
        "countermark.gateway.connec\\\n  tions=5",
      })
  void whatAServiceReadsIsTaken(String text) throws IOException {
    assertThat(findings(null, text)).isEmpty();
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    String text = GATEWAY.replaceAll("(?m)^countermark\\.(public-url|gateway.secret).*\n", "");

    assertThat(findings("gateway", text))
        .containsExactly(
            "countermark.gateway.secret: is missing; give it or countermark.gateway.secret-file",
            "countermark.public-url: is missing");
    assertThat(findings("key-service", ""))
        .containsExactly(
            "countermark.keyservice.root-secret: is missing; give it or"
                + " countermark.keyservice.root-secret-file",
            "countermark.store.access-key: is missing",
            "countermark.store.endpoint: is missing",
            "countermark.store.secret-key: is missing; give it or countermark.store.secret-key-file");
  }

  @Test
  void variablesAndOtherFilesCountAsSet() throws IOException {
    ConfigCheck check =
        new ConfigCheck(KNOWN, Optional.of("gateway"), Set.of("COUNTERMARK_PUBLIC_URL"));
    String[] parts = GATEWAY.split("(?<=example.org\n)", 2);

    assertThat(check.findings(List.of(file("a", parts[1])))).isEmpty();
    assertThat(check.findings(List.of(file("a", parts[0]), file("b", parts[1])))).isEmpty();
  }

  @Test
  void aKeyOfAnotherServiceIsNotRead() throws IOException {
    assertThat(findings("gateway", GATEWAY + "countermark.signer.threads=4\n"))
        .containsExactly(
            at(8, "countermark.signer.threads: is not read by gateway, but by signer"));
  }

  @Test
  void whatIsSetTwiceIsTold() throws IOException {
    assertThat(
            findings(
                "gateway",
                GATEWAY
                    + "countermark.keys.url=https://other.example.org\n"
                    + "countermark.gateway.secret=x\n"))
        .containsExactly(
            at(8, "countermark.keys.url: is set at " + folder.resolve("f") + ":5, too"),
            "countermark.gateway.secret: give either this or countermark.gateway.secret-file, not"
                + " both");
  }

  @Test
  void whatIsNoPropertyIsTold() {
    assertThatThrownBy(() -> file("f", "a=1\nb=\\u12\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(folder.resolve("f") + ":2: ");
  }
}
