package dev.countermark.gateway.kit;

import dev.countermark.contracts.RepositoryName;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The formats of this gateway. */
public final class GatewayFormats {
  private static final Logger LOG = Logger.getLogger(GatewayFormats.class);

  private final List<GatewayFormat<?, ?>> all;

  public GatewayFormats(List<GatewayFormat<?, ?>> formats) {
    this.all =
        formats.stream()
            .sorted(Comparator.comparing((GatewayFormat<?, ?> f) -> f.format().label()))
            .collect(Collectors.toUnmodifiableList());
  }

  /** In order of their labels. */
  public List<GatewayFormat<?, ?>> all() {
    return all;
  }

  public Optional<GatewayFormat<?, ?>> find(String label) {
    return all.stream().filter(f -> f.format().label().equals(label)).findFirst();
  }

  /** For people who name another one. */
  public String labels() {
    return all.stream().map(f -> f.format().label()).collect(Collectors.joining(", "));
  }

  /** An object, or what it names, was found damaged, or is right again. */
  public void damagedOrRight(String key) {
    try {
      all.stream()
          .filter(f -> key.startsWith(f.format().root()))
          .forEach(f -> f.damagedOrRight(key));
    } catch (RuntimeException e) {
      LOG.warnf("a view was not brought up to date for %s: %s", key, e.getMessage());
    }
  }

  /** What is remembered of a repository is worth nothing any more. */
  public void forget(RepositoryName repository) {
    all.forEach(f -> f.forget(repository));
  }
}
