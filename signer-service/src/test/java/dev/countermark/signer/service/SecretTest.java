package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
  @TempDir Path directory;

  @Test
  void readsAFileWithoutTheWhiteSpaceAroundTheSecret() throws Exception {
    Path file = Files.writeString(directory.resolve("secret"), "  s3cret\n");

    assertThat(Secret.of("a.key", Optional.empty(), "a.key-file", Optional.of(file)))
        .contains("s3cret");
  }

  @Test
  void takesTheValueWhenThereIsNoFile() {
    assertThat(Secret.of("a.key", Optional.of("s3cret"), "a.key-file", Optional.empty()))
        .contains("s3cret");
    assertThat(Secret.of("a.key", Optional.empty(), "a.key-file", Optional.empty())).isEmpty();
  }

  @Test
  void namesTheKeyButNotTheSecretWhenBothAreGiven() {
    assertThatThrownBy(
            () -> Secret.of("a.key", Optional.of("s3cret"), "a.key-file", Optional.of(directory)))
        .hasMessageContaining("a.key-file")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void refusesAnEmptyOrMissingFile() throws Exception {
    Path empty = Files.writeString(directory.resolve("empty"), "\n");

    assertThatThrownBy(() -> Secret.of("a.key", Optional.empty(), "a.key-file", Optional.of(empty)))
        .hasMessageContaining("empty");
    assertThatThrownBy(
            () ->
                Secret.of(
                    "a.key",
                    Optional.empty(),
                    "a.key-file",
                    Optional.of(directory.resolve("none"))))
        .hasMessageContaining("cannot read");
  }
}
