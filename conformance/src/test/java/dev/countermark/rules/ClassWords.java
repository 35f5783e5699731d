package dev.countermark.rules;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The words of a class file: of the names that it declares and uses, and of its text constants.
 *
 * @see "JVM specification, 4.4"
 */
final class ClassWords {
  private static final int MAGIC = 0xCAFEBABE;
  private static final int UTF8 = 1;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;

  /** What is written together: {@code ociDigest2}, {@code OCI_DIGEST}, {@code owner}. */
  private static final Pattern RUN = Pattern.compile("[A-Za-z0-9]+");

  /** A hump of a camel: {@code OCI}, {@code Digest}, {@code digest2}. */
  private static final Pattern HUMP =
      Pattern.compile("[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[A-Z]+|[0-9]+");

  private ClassWords() {}

  /** In lower case. */
  static Set<String> of(Path classFile) throws IOException {
    Set<String> words = new HashSet<>();
    for (String text : texts(classFile)) {
      words.addAll(split(text));
    }
    return words;
  }

  /**
   * Every hump, and neighbouring humps together: {@code NuGetVersion} has the words nu, get,
   * version, nuget, getversion and nugetversion; "social" has one.
   */
  static Set<String> split(String text) {
    Set<String> words = new HashSet<>();
    for (MatchResult run : RUN.matcher(text).results().toList()) {
      List<String> humps = HUMP.matcher(run.group()).results().map(MatchResult::group).toList();
      for (int from = 0; from < humps.size(); from++) {
        StringBuilder word = new StringBuilder();
        for (String hump : humps.subList(from, humps.size())) {
          words.add(word.append(hump.toLowerCase(Locale.ROOT)).toString());
        }
      }
    }
    return words;
  }

  /** All text entries of the constant pool. */
  private static List<String> texts(Path classFile) throws IOException {
    try (InputStream file = Files.newInputStream(classFile);
        DataInputStream in = new DataInputStream(new BufferedInputStream(file))) {
      if (in.readInt() != MAGIC) {
        throw new IOException("no class file: " + classFile);
      }
      in.readInt(); // version
      List<String> texts = new ArrayList<>();
      int count = in.readUnsignedShort();
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case UTF8 -> texts.add(in.readUTF());
          case LONG, DOUBLE -> {
            in.readLong();
            i++; // takes two places
          }
          case 7, 8, 16, 19, 20 -> in.readUnsignedShort(); // class, string, method type, module
          case 15 -> in.skipNBytes(3); // method handle
          case 3, 4, 9, 10, 11, 12, 17, 18 -> in.readInt(); // numbers, members, dynamic calls
          default -> throw new IOException("constant " + tag + " in " + classFile);
        }
      }
      return texts;
    }
  }
}
