package dev.countermark.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.rules.ConfigurationKeys.Key;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The keys of the services as the launcher reads them: what is declared, and the limits that its
 * Javadoc tells. A type that has no kind fails.
 */
final class KnownKeysFile {
  private static final Pattern MANY = Pattern.compile("(?:List|Set)<(.*)>");

  /** Said of one of two keys, of which the other has {@code -file} behind its name. */
  private static final String EITHER = "one of the two must be set";

  private static final Pattern LIMIT =
      Pattern.compile(
          "\\b(above|at least|at most|below) (\\d++(?:\\.\\d++)?)"
              + "(?: (hours|seconds)\\b|(?! (?!and\\b)\\w))");

  private static final Pattern RANGE =
      Pattern.compile("\\b(\\d+(?:\\.\\d+)?) to (\\d+(?:\\.\\d+)?)");

  private static final Map<String, String> LIMITS =
      Map.of("above", "above", "at least", "least", "at most", "most", "below", "below");

  private static final int SECONDS_OF_HOUR = 3_600;

  /** What {@code ValueKind} of the launcher is called, by type. */
  private static final Map<String, String> KINDS =
      Map.ofEntries(
          Map.entry("Duration", "duration"),
          Map.entry("Period", "period"),
          Map.entry("MemorySize", "size"),
          Map.entry("int", "integer"),
          Map.entry("long", "integer"),
          Map.entry("Int", "integer"),
          Map.entry("Short", "integer"),
          Map.entry("double", "number"),
          Map.entry("boolean", "switch"),
          Map.entry("URI", "address"),
          Map.entry("Path", "file"),
          Map.entry("String", "text"));

  /** What is not counted has no limits. */
  private static final Set<String> UNCOUNTED = Set.of("switch", "address", "file", "text");

  /** Who needs a key, from the least on. */
  private static final List<String> NEEDS = List.of("optional", "either", "required");

  private KnownKeysFile() {}

  /** One declaration of a key. */
  record Declared(Key key, String module) {}

  /** A JSON array, one key a line. */
  static String of(List<Declared> declared) {
    Map<String, List<Declared>> keys =
        declared.stream()
            .collect(Collectors.groupingBy(d -> d.key().name(), TreeMap::new, Collectors.toList()));
    return keys.values().stream()
        .map(key -> "  " + known(key))
        .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  private static ObjectNode known(List<Declared> declared) {
    Key first = declared.get(0).key();
    ObjectNode known = JsonNodeFactory.instance.objectNode();
    known.put("name", first.name()).put("kind", kind(first)).put("many", isMany(first));
    Map<String, String> services = new TreeMap<>();
    Map<String, Double> limits = new TreeMap<>();
    for (Declared one : declared) {
      if (!kind(one.key()).equals(kind(first)) || isMany(one.key()) != isMany(first)) {
        throw new IllegalStateException(first.name() + " is of two kinds");
      }
      // Whoever needs it most decides for the service.
      services.merge(
          service(one.module()),
          need(one.key()),
          (a, b) -> NEEDS.indexOf(a) > NEEDS.indexOf(b) ? a : b);
      limits.putAll(limits(one.key()));
    }
    ObjectNode readers = known.putObject("services");
    services.forEach(readers::put);
    if (!limits.isEmpty()) {
      ObjectNode bounds = known.putObject("limits");
      limits.forEach(bounds::put);
    }
    return known;
  }

  private static boolean isMany(Key key) {
    return MANY.matcher(key.type()).matches();
  }

  private static String kind(Key key) {
    Matcher many = MANY.matcher(key.type());
    String type = many.matches() ? many.group(1) : key.type();
    String kind = KINDS.get(type);
    if (kind == null) {
      throw new IllegalStateException(key.name() + ": what values does a " + type + " take?");
    }
    return kind;
  }

  private static String service(String module) {
    if (module.startsWith("upload-gateway/")) {
      return "gateway";
    }
    if (module.startsWith("signer-")) {
      return "signer";
    }
    if (module.equals("key-service")) {
      return module;
    }
    throw new IllegalStateException("which service is " + module + " of?");
  }

  private static String need(Key key) {
    if (key.presence().equals("required")) {
      return "required";
    }
    return key.text().contains(EITHER) ? "either" : "optional";
  }

  /** Bytes, seconds or numbers. */
  private static Map<String, Double> limits(Key key) {
    Map<String, Double> limits = new TreeMap<>();
    if (UNCOUNTED.contains(kind(key))) {
      return limits;
    }
    for (MatchResult range : RANGE.matcher(key.text()).results().toList()) {
      limits.put("least", Double.valueOf(range.group(1)));
      limits.put("most", Double.valueOf(range.group(2)));
    }
    for (MatchResult limit :
        LIMIT.matcher(key.text().toLowerCase(Locale.ROOT)).results().toList()) {
      int unit = "hours".equals(limit.group(3)) ? SECONDS_OF_HOUR : 1;
      limits.put(LIMITS.get(limit.group(1)), Double.parseDouble(limit.group(2)) * unit);
    }
    return limits;
  }
}
