package dev.countermark.standalone.config;

import dev.countermark.standalone.config.KnownKey.Need;
import dev.countermark.standalone.config.PropertiesFile.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a service would not understand of its settings, or would take for nothing without a word.
 * Keys that are not ours are Quarkus's and Kafka's to check.
 */
final class ConfigCheck {
  private static final String OURS = "countermark.";
  private static final String FILE = "-file";

  private final KnownKeys known;
  private final Optional<String> service;
  private final Set<String> environment;

  /**
   * @param service whose settings they are; empty for those of all
   * @param environment names of variables that are set beside the files
   */
  ConfigCheck(KnownKeys known, Optional<String> service, Set<String> environment) {
    this.known = known;
    this.service = service;
    this.environment = environment;
  }

  /**
   * All that is wrong with files which a service reads together.
   *
   * @return lines for people: where, which key, what is wrong; never a value
   */
  List<String> findings(List<PropertiesFile> files) {
    List<String> findings = new ArrayList<>();
    Map<String, String> places = new HashMap<>();
    for (PropertiesFile file : files) {
      for (Entry entry : file.entries()) {
        String key = entry.key().replaceFirst("^%[^.]+\\.", ""); // of one profile
        if (key.startsWith(OURS)) {
          String place = file.path() + ":" + entry.line();
          flaw(key, entry.value())
              .ifPresent(flaw -> findings.add(place + ": " + entry.key() + ": " + flaw));
          String other = places.putIfAbsent(entry.key(), place);
          if (other != null) {
            findings.add(place + ": " + entry.key() + ": is set at " + other + ", too");
          }
        }
      }
    }
    Set<String> set = new HashSet<>();
    places.keySet().forEach(key -> set.add(key.replaceFirst("^%[^.]+\\.", "")));
    findings.addAll(together(set));
    return findings;
  }

  private Optional<String> flaw(String key, String value) {
    Optional<KnownKey> found = known.find(key);
    if (found.isEmpty()) {
      return Optional.of(
          "there is no such key"
              + known.nearest(key).map(name -> "; did you mean " + name + "?").orElse(""));
    }
    Set<String> readers = found.get().services().keySet();
    if (service.isPresent() && !readers.contains(service.get())) {
      return Optional.of("is not read by " + service.get() + ", but by " + list(readers));
    }
    // What is made of other settings is not known here.
    return value.contains("${") ? Optional.empty() : found.get().flaw(value);
  }

  private static String list(Set<String> names) {
    return String.join(" and ", names.stream().sorted().toList());
  }

  /** What must be there, and what must not be there at the same time. */
  private List<String> together(Set<String> set) {
    List<String> findings = new ArrayList<>();
    for (KnownKey key : known.all()) {
      String name = key.name();
      if (set.contains(name) && set.contains(name + FILE)) {
        findings.add(name + ": give either this or " + name + FILE + ", not both");
      }
      Need need = service.map(s -> key.services().get(s)).orElse(Need.OPTIONAL);
      if (need == Need.REQUIRED && !isSet(name, set)) {
        findings.add(name + ": is missing");
      }
      if (need == Need.EITHER && !isSet(name, set) && !isSet(name + FILE, set)) {
        findings.add(name + ": is missing; give it or " + name + FILE);
      }
    }
    return findings;
  }

  private boolean isSet(String key, Set<String> set) {
    return set.contains(key)
        || environment.contains(key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"));
  }
}
