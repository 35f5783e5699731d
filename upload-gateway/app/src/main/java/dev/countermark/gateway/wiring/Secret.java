package dev.countermark.gateway.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Secrets come from the configuration or from a file that it names, never from both. */
final class Secret {
  private Secret() {}

  /**
   * @param key name of the configuration key of {@code value}, for messages
   * @throws IllegalArgumentException when both are given, or the file cannot be read or is empty
   */
  static Optional<String> of(String key, Optional<String> value, Optional<Path> file) {
    if (value.isPresent() && file.isPresent()) {
      throw new IllegalArgumentException("give either " + key + " or " + key + "-file, not both");
    }
    return file.isPresent() ? Optional.of(read(key, file.get())) : value;
  }

  private static String read(String key, Path file) {
    try {
      String secret = Files.readString(file).strip();
      if (secret.isEmpty()) {
        throw new IllegalArgumentException("the file of " + key + "-file is empty: " + file);
      }
      return secret;
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the file of " + key + "-file: " + file, e);
    }
  }
}
