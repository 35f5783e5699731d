package dev.countermark.contracts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;

/** The formats of this installation: those on the class path. */
public final class Formats {
  private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9]{1,15}");

  /** What else is said beside formats, in repositories' records and keys. */
  private static final Set<String> TAKEN = Set.of("retention", "quota");

  private static final List<Format<?, ?>> ALL = load();

  private Formats() {}

  /** In order of their labels. */
  public static List<Format<?, ?>> all() {
    return ALL;
  }

  public static Optional<Format<?, ?>> find(String label) {
    return ALL.stream().filter(f -> f.label().equals(label)).findFirst();
  }

  private static List<Format<?, ?>> load() {
    List<Format<?, ?>> formats = new ArrayList<>();
    Set<String> labels = new HashSet<>();
    for (Format<?, ?> format : ServiceLoader.load(Format.class, Format.class.getClassLoader())) {
      // Labels become parts of keys, topics and addresses: two of a kind would share them.
      if (!LABEL.matcher(format.label()).matches()
          || TAKEN.contains(format.label())
          || !labels.add(format.label())) {
        throw new IllegalStateException("a format cannot be named " + format.label());
      }
      formats.add(format);
    }
    formats.sort(Comparator.comparing(Format::label));
    return List.copyOf(formats);
  }
}
