package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rule of the house: a format is known in its own rooms only. A room is a package with the
 * format's label as a segment, such as {@code dev.countermark.gateway.<label>}; no class elsewhere
 * has the label as a word in the names and texts of its constant pool, and none in a room has that
 * of another format.
 *
 * <p>Stops the next {@code if (format is …)} in a class that all formats share, and the twentieth
 * edit for the ninth format. Seen failing: by each of the sixty classes that named a format when
 * the rule was written.
 */
class FormatRoomsTest {
  private static List<Path> outputs;
  private static Set<String> labels;

  @BeforeAll
  static void findFormats() throws IOException {
    outputs = Checkout.allClasses();
    labels = new TreeSet<>();
    URL[] urls = new URL[outputs.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = outputs.get(i).toUri().toURL();
    }
    try (URLClassLoader loader = new URLClassLoader(urls, Format.class.getClassLoader())) {
      for (Format<?, ?> format : ServiceLoader.load(Format.class, loader)) {
        labels.add(format.label());
      }
    }
  }

  @Test
  void seesFormats() {
    // A rule over nothing always holds.
    assertThat(labels).contains("nuget", "oci", "swift");
  }

  @Test
  void knowsWordsInNamesOfAllKinds() {
    assertThat(ClassWords.split("ociDigest OCI_TAG social-oci2")).contains("oci", "social", "oci2");
    assertThat(ClassWords.split("NuGetVersion nugetKeys")).contains("nuget");
    assertThat(ClassWords.split("(Ldev/countermark/format/swift/X;)V")).contains("swift");
    assertThat(ClassWords.split("OCIRegistry.class")).contains("oci");
    assertThat(ClassWords.split("social swiftly associate")).doesNotContain("oci", "swift");
  }

  @Test
  void aFormatIsNamedInItsRoomsOnly() throws IOException {
    assertThat(offenders()).as("classes that name a format outside of its rooms").isEmpty();
  }

  /** {@code class: label label}, nested classes taken as part of theirs. */
  private static List<String> offenders() throws IOException {
    Map<String, Set<String>> named = new TreeMap<>();
    for (Path output : outputs) {
      for (Path file : classes(output)) {
        String name = output.relativize(file).toString().replace('/', '.');
        String outer = name.substring(0, name.length() - ".class".length()).split("\\$", 2)[0];
        Set<String> rooms = new TreeSet<>(Arrays.asList(packageOf(outer).split("\\.")));
        Set<String> words = ClassWords.of(file);
        for (String label : labels) {
          if (words.contains(label) && !rooms.contains(label)) {
            named.computeIfAbsent(outer, c -> new TreeSet<>()).add(label);
          }
        }
      }
    }
    List<String> lines = new ArrayList<>();
    named.forEach((name, all) -> lines.add(name + ": " + String.join(" ", all)));
    return lines;
  }

  private static String packageOf(String className) {
    int dot = className.lastIndexOf('.');
    return dot < 0 ? "" : className.substring(0, dot);
  }

  private static List<Path> classes(Path output) {
    try (Stream<Path> files = Files.walk(output)) {
      return files.filter(f -> f.toString().endsWith(".class")).collect(Collectors.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
