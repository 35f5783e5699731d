package dev.countermark.format.nuget.ingest;

import dev.countermark.format.nuget.archive.PackageArchive;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of entries that every client extracts to the same place, below the package's folder. Each
 * is looked at as it is and percent-decoded, because clients decode before they extract.
 */
final class EntryNames {
  private static final int LONGEST = 1_024;
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
  private static final Pattern FORBIDDEN = Pattern.compile("[\\x00-\\x1f\\x7f:*?\"<>|]");

  private final List<Place> places = new ArrayList<>();

  /**
   * Where an entry ends up.
   *
   * @param path canonical; without the slash that ends a folder's name
   */
  private record Place(String path, boolean folder) {
    /** A slash comes before all else, so that what is in a folder directly follows it. */
    static final Comparator<Place> ORDER = Comparator.comparing(p -> p.path.replace('/', '\0'));
  }

  /**
   * Takes one more name.
   *
   * @return the name as text
   * @throws RefusedPackageException when the name could lead elsewhere
   */
  String check(byte[] bytes) throws RefusedPackageException {
    String name = utf8(bytes);
    checkPath(name);
    checkPath(decoded(name));
    String canonical = canonical(name);
    boolean folder = canonical.endsWith("/");
    String path = folder ? canonical.substring(0, canonical.length() - 1) : canonical;
    boolean likeSignature =
        path.equals(PackageArchive.SIGNATURE) || path.startsWith(PackageArchive.SIGNATURE + "/");
    if (likeSignature && !name.equals(PackageArchive.SIGNATURE)) {
      throw refused("is like that of the package's signature", name);
    }
    places.add(new Place(path, folder));
    return name;
  }

  /**
   * Looks at all names together.
   *
   * @throws RefusedPackageException when two entries end up in one place
   */
  void checkAll() throws RefusedPackageException {
    places.sort(Place.ORDER);
    for (int i = 1; i < places.size(); i++) {
      Place one = places.get(i - 1);
      Place next = places.get(i);
      if (next.path.equals(one.path)) {
        throw new RefusedPackageException(
            "Two entries of the package have the same name: " + shown(next.path));
      }
      if (!one.folder && next.path.startsWith(one.path + "/")) {
        throw new RefusedPackageException(
            "An entry of the package is a file and a folder: " + shown(one.path));
      }
    }
  }

  /** What names of one place have in common, on whatever file system. */
  static String canonical(String name) {
    return Normalizer.normalize(decoded(name).replace('\\', '/'), Normalizer.Form.NFC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  private static String utf8(byte[] bytes) throws RefusedPackageException {
    if (bytes.length == 0) {
      throw new RefusedPackageException("An entry of the package has an empty name.");
    }
    if (bytes.length > LONGEST) {
      throw new RefusedPackageException(
          "The name of an entry is too long: it has "
              + bytes.length
              + " bytes, and at most "
              + LONGEST
              + " are allowed.");
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
    Matcher forbidden = FORBIDDEN.matcher(path);
    if (forbidden.find()) {
      String character = String.format("U+%04X", (int) forbidden.group().charAt(0));
      throw refused("has " + character + ", which no file name has on every system", name);
    }
    String[] segments = path.split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      String segment = segments[i];
      if (segment.equals("..")) {
        throw refused("leaves its folder", name);
      }
      if (segment.equals(".")) {
        throw refused("has a part that is one dot", name);
      }
      boolean trailingSlash = i == segments.length - 1 && i > 0;
      if (segment.isEmpty() && !trailingSlash) {
        throw refused("has an empty part", name);
      }
      if (segment.endsWith(".") || segment.endsWith(" ")) {
        throw refused("has a part that ends in a dot or blank", name);
      }
    }
  }

  /** As the client does: a percent sign that begins no sequence stays, the others count. */
  static String decoded(String name) {
    if (name.indexOf('%') < 0) {
      return name;
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
      if (low < 0) {
        out.write(bytes[i]);
      } else {
        out.write(high << 4 | low);
        i += 2;
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static RefusedPackageException refused(String what, String name) {
    return new RefusedPackageException("The name of an entry " + what + ": " + shown(name));
  }

  static String shown(String name) {
    String printable = name.replaceAll("[^\\x21-\\x7e]", "?");
    return printable.length() <= 60 ? printable : printable.substring(0, 60) + "...";
  }
}
