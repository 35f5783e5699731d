package dev.countermark.format.swift.manifest;

import dev.countermark.format.swift.identity.ToolsVersion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A manifest that every client reads alike, signed or not: UTF-8 without a byte order mark, with a
 * tools version, and not ending in a lone carriage return.
 *
 * @param file {@code Package.swift} or {@code Package@swift-….swift}
 * @param bytes as they are in the archive; not copied
 * @param toolsVersion as the first line says it, whatever the file's name says
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Manifest(String file, byte[] bytes, ToolsVersion toolsVersion) {
  /** The manifest that every package has. */
  public static final String MAIN = "Package.swift";

  private static final Pattern VERSION_SPECIFIC =
      Pattern.compile("Package@swift-([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?\\.swift");
  private static final Pattern FIRST_LINE =
      Pattern.compile(
          "//\\h*swift-tools-version:\\h*([0-9]{1,6}\\.[0-9]{1,6}(?:\\.[0-9]{1,6})?)"
              + "(?:[-+;][^\\n\\r]*)?\\h*",
          Pattern.CASE_INSENSITIVE);

  /** Longest first line that is looked at, characters. */
  private static final int LONGEST_FIRST_LINE = 1_024;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /** Whether a file of this name, directly in the package's folder, is a manifest. */
  public static boolean isManifest(String file) {
    return file.equals(MAIN) || VERSION_SPECIFIC.matcher(file).matches();
  }

  /**
   * The version in a name like {@code Package@swift-5.9.swift}; empty for {@code Package.swift} and
   * other files.
   */
  public static Optional<ToolsVersion> versionInName(String file) {
    Matcher name = VERSION_SPECIFIC.matcher(file);
    return name.matches()
        ? ToolsVersion.parse(
            file.substring("Package@swift-".length(), file.length() - ".swift".length()))
        : Optional.empty();
  }

  /**
   * Looks at a manifest's bytes.
   *
   * @throws InvalidManifestException when clients could not read it, or not once it is signed
   */
  public static Manifest read(String file, byte[] bytes) throws InvalidManifestException {
    String text = text(file, bytes);
    if (text.indexOf(BYTE_ORDER_MARK) == 0) {
      throw new InvalidManifestException(
          file + " begins with a byte order mark; save it as UTF-8 without one.");
    }
    if (text.endsWith("\r")) {
      throw new InvalidManifestException(
          file + " ends in a lone carriage return; end it in a line feed, in both or in neither.");
    }
    return new Manifest(file, bytes, toolsVersion(file, text));
  }

  private static String text(String file, byte[] bytes) throws InvalidManifestException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidManifestException(file + " is not UTF-8.", e);
    }
  }

  /** Clients skip blank lines before it. */
  private static ToolsVersion toolsVersion(String file, String text)
      throws InvalidManifestException {
    int from = 0;
    while (from < text.length() && Character.isWhitespace(text.charAt(from))) {
      from++;
    }
    int to = from;
    while (to < text.length() && to - from < LONGEST_FIRST_LINE && !isNewline(text.charAt(to))) {
      to++;
    }
    Matcher line = FIRST_LINE.matcher(text.substring(from, to));
    Optional<ToolsVersion> version =
        line.matches() ? ToolsVersion.parse(line.group(1)) : Optional.empty();
    return version.orElseThrow(
        () ->
            new InvalidManifestException(
                file
                    + " has no tools version: its first line must read like"
                    + " \"// swift-tools-version:5.9\"."));
  }

  private static boolean isNewline(char c) {
    return c == '\n' || c == '\r';
  }
}
