package dev.countermark.standalone.config;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** All keys of the services, as the resource beside this class tells. */
final class KnownKeys {
  /** Made by {@code ConfigurationTest} from the code of the services. */
  private static final String RESOURCE = "keys.json";

  /** A name of which more than this share is different was not meant. */
  private static final double STRANGE = 0.3;

  private final List<KnownKey> keys;

  KnownKeys(List<KnownKey> keys) {
    this.keys = List.copyOf(keys);
  }

  static KnownKeys load() {
    try (InputStream resource = KnownKeys.class.getResourceAsStream(RESOURCE)) {
      return new KnownKeys(new ObjectMapper().readValue(resource, new TypeReference<>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }

  List<KnownKey> all() {
    return keys;
  }

  /** Which there are, sorted. */
  List<String> services() {
    TreeSet<String> services = new TreeSet<>();
    keys.forEach(key -> services.addAll(key.services().keySet()));
    return List.copyOf(services);
  }

  Optional<KnownKey> find(String name) {
    return keys.stream().filter(key -> key.isNamed(name)).findFirst();
  }

  /** The name that was probably meant; empty when none is like it. */
  Optional<String> nearest(String name) {
    return keys.stream()
        .map(key -> key.like(name))
        .min(Comparator.comparingInt(known -> distance(known, name)))
        .filter(known -> distance(known, name) <= STRANGE * name.length());
  }

  /** Letters to insert, to take away or to change (Levenshtein). */
  static int distance(String from, String to) {
    int[] before = new int[to.length() + 1];
    for (int i = 0; i <= to.length(); i++) {
      before[i] = i;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] now = new int[to.length() + 1];
      now[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int changed = before[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        now[j] = Math.min(changed, Math.min(before[j], now[j - 1]) + 1);
      }
      before = now;
    }
    return before[to.length()];
  }
}
