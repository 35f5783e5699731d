package dev.countermark.standalone.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A file of properties whose lines are known.
 *
 * @param entries in the order of the file
 * @see "java.util.Properties, load(Reader), where lines are joined and escaped"
 */
record PropertiesFile(Path path, List<Entry> entries) {
  /**
   * @param line that it begins on, from 1
   * @param key as it is written
   */
  record Entry(int line, String key, String value) {}

  /**
   * @throws IOException when it cannot be read, or is no text in UTF-8
   * @throws IllegalArgumentException when something is escaped that cannot be, naming the line
   */
  static PropertiesFile read(Path path) throws IOException {
    List<Entry> entries = new ArrayList<>();
    StringBuilder joined = new StringBuilder();
    int begin = 0;
    int number = 0;
    for (String line : Files.readAllLines(path)) {
      number++;
      if (joined.isEmpty()) {
        begin = number;
        if (line.isBlank() || line.strip().startsWith("#") || line.strip().startsWith("!")) {
          continue;
        }
      }
      joined.append(line).append('\n');
      if (!goesOn(line)) {
        entries.add(entry(path, begin, joined.toString()));
        joined.setLength(0);
      }
    }
    if (!joined.isEmpty()) {
      entries.add(entry(path, begin, joined.toString()));
    }
    return new PropertiesFile(path, entries);
  }

  /** Whether it ends with a backslash that none before it escapes. */
  private static boolean goesOn(String line) {
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == '\\') {
      end--;
    }
    return (line.length() - end) % 2 == 1;
  }

  private static Entry entry(Path path, int line, String text) throws IOException {
    Properties one = new Properties();
    try {
      one.load(new StringReader(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ":" + line + ": " + e.getMessage(), e);
    }
    String key = one.stringPropertyNames().iterator().next();
    return new Entry(line, key, one.getProperty(key));
  }
}
