package dev.countermark.format.swift.archive;

import dev.countermark.format.swift.archive.InvalidArchiveException.Rule;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where an entry ends up, below the folder into which the archive is unpacked.
 *
 * @param segments none is empty, {@code .} or {@code ..}
 * @param folder whether the name ends in a slash
 */
record EntryPath(List<String> segments, boolean folder) {
  private static final int LONGEST = 1_024;
  private static final int MOST_SEGMENTS = 64;

  /**
   * Reads a name.
   *
   * @throws InvalidArchiveException when it could lead elsewhere
   */
  static EntryPath of(byte[] name) throws InvalidArchiveException {
    String text = utf8(name);
    if (text.startsWith("/")) {
      throw refused("is absolute", text);
    }
    if (text.indexOf('\\') >= 0) {
      throw refused("has a backslash", text);
    }
    if (text.codePoints().anyMatch(Character::isISOControl)) {
      throw refused("has a control character", text);
    }
    boolean folder = text.endsWith("/");
    String path = folder ? text.substring(0, text.length() - 1) : text;
    List<String> segments = List.of(path.split("/", -1));
    if (segments.size() > MOST_SEGMENTS) {
      throw refused("is nested too deeply", text);
    }
    for (String segment : segments) {
      if (segment.isEmpty()) {
        throw refused("has an empty part", text);
      }
      if (segment.equals("..") || segment.equals(".")) {
        throw refused("leaves its folder", text);
      }
    }
    return new EntryPath(segments, folder);
  }

  private static String utf8(byte[] bytes) throws InvalidArchiveException {
    if (bytes.length == 0) {
      throw new InvalidArchiveException(Rule.NAMES, "An entry of the archive has an empty name.");
    }
    if (bytes.length > LONGEST) {
      throw new InvalidArchiveException(
          Rule.NAMES,
          "An entry of the archive has a too long name: %d bytes, at most %d."
              .formatted(bytes.length, LONGEST));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidArchiveException(
          Rule.NAMES, "An entry of the archive has a name that is not UTF-8.", e);
    }
  }

  private static InvalidArchiveException refused(String what, String name) {
    return new InvalidArchiveException(
        Rule.NAMES, "The name of an entry " + what + ": " + shown(name) + ".");
  }

  /** The name of a file directly in the root folder; empty for everything else. */
  Optional<String> fileInRoot() {
    return segments.size() == 2 && !folder ? Optional.of(segments.get(1)) : Optional.empty();
  }

  /** What all names of one place have in common, on whatever file system. */
  String place() {
    return place(segments);
  }

  static String place(List<String> segments) {
    return Normalizer.normalize(String.join("/", segments), Normalizer.Form.NFC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  String shown() {
    return shown(String.join("/", segments));
  }

  static String shown(String name) {
    String printable = name.replaceAll("[^\\x21-\\x7e]", "?");
    return printable.length() <= 80 ? printable : printable.substring(0, 80) + "...";
  }
}
