package dev.countermark.keyservice.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the files that settings name. */
final class SettingFiles {
  private SettingFiles() {}

  /**
   * @param setting that named it
   * @throws IllegalArgumentException naming setting and file
   */
  static byte[] read(Path file, String setting) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(setting + ": cannot read " + file, e);
    }
  }
}
