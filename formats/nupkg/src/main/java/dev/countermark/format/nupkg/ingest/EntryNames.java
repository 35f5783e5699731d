package dev.countermark.format.nupkg.ingest;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names of entries that every client extracts to the same place, below the package's folder. Each
 * is looked at as it is and percent-decoded, because clients decode before they extract.
 */
final class EntryNames {
  private static final int LONGEST = 1_024;
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
  private static final Pattern FORBIDDEN = Pattern.compile("[\\x00-\\x1f\\x7f:*?\"<>|]");

  private final Set<String> seen = new HashSet<>();
  private final Set<String> folders = new HashSet<>();

  /**
   * @return the name as text
   * @throws RefusedPackageException when the name could lead elsewhere or hides another one
   */
  String check(byte[] bytes) throws RefusedPackageException {
    String name = utf8(bytes);
    checkPath(name);
    String decoded = decoded(name);
    checkPath(decoded);
    String canonical = decoded.replace('\\', '/').toLowerCase(Locale.ROOT);
    boolean folder = canonical.endsWith("/");
    String path = folder ? canonical.substring(0, canonical.length() - 1) : canonical;
    if (folder ? seen.contains(path) : !seen.add(path) || folders.contains(path)) {
      throw new RefusedPackageException(
          "Two entries of the package have the same name: " + shown(name));
    }
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      folders.add(parent);
      if (seen.contains(parent)) {
        throw new RefusedPackageException(
            "An entry of the package is a file and a folder: " + shown(parent));
      }
    }
    if (folder) {
      folders.add(path);
    }
    return name;
  }

  private static String utf8(byte[] bytes) throws RefusedPackageException {
    if (bytes.length == 0 || bytes.length > LONGEST) {
      throw new RefusedPackageException("An entry of the package has an empty or too long name.");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new RefusedPackageException("An entry of the package has a name that is not UTF-8.", e);
    }
  }

  private static void checkPath(String name) throws RefusedPackageException {
    String path = name.replace('\\', '/');
    if (path.startsWith("/") || DRIVE.matcher(path).matches()) {
      throw refused("is absolute", name);
    }
    if (FORBIDDEN.matcher(path).find()) {
      throw refused("has characters that no file name has", name);
    }
    String[] segments = path.split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      String segment = segments[i];
      if (segment.equals("..") || segment.equals(".")) {
        throw refused("leaves its folder", name);
      }
      boolean trailingSlash = i == segments.length - 1 && i > 0;
      if (segment.isEmpty() && !trailingSlash) {
        throw refused("has an empty part", name);
      }
      if (segment.endsWith(".") || segment.endsWith(" ") || segment.startsWith(" ")) {
        throw refused("has a part that ends in a dot or blank", name);
      }
    }
  }

  /** Percent sequences that are none stay as they are, as in the client. */
  private static String decoded(String name) {
    if (name.indexOf('%') < 0) {
      return name;
    }
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name;
    }
  }

  private static RefusedPackageException refused(String what, String name) {
    return new RefusedPackageException("The name of an entry " + what + ": " + shown(name));
  }

  static String shown(String name) {
    String printable = name.replaceAll("[^\\x21-\\x7e]", "?");
    return printable.length() <= 60 ? printable : printable.substring(0, 60) + "...";
  }
}
