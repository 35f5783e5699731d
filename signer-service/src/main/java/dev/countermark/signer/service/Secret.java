package dev.countermark.signer.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Secrets come from the configuration or from a file that it names, never from both. */
final class Secret {
  private Secret() {}

  /**
   * @param key name of the configuration key of {@code value}, for messages
   * @param fileKey the same of {@code file}
   * @throws IllegalArgumentException when both are given, or the file cannot be read or is empty
   */
  static Optional<String> of(
      String key, Optional<String> value, String fileKey, Optional<Path> file) {
    if (value.isPresent() && file.isPresent()) {
      throw new IllegalArgumentException("give either " + key + " or " + fileKey + ", not both");
    }
    return file.isPresent() ? Optional.of(read(fileKey, file.get())) : value;
  }

  private static String read(String fileKey, Path file) {
    try {
      String secret = Files.readString(file).strip();
      if (secret.isEmpty()) {
        throw new IllegalArgumentException("the file of " + fileKey + " is empty: " + file);
      }
      return secret;
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the file of " + fileKey + ": " + file, e);
    }
  }
}
