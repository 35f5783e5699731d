package dev.countermark.gateway.swift.view;

import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.identity.SwiftVersion;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Releases of one package or of all of a repository; immutable. */
public final class Releases {
  static final Releases NONE = new Releases(new TreeMap<>(Order.BY_PACKAGE));

  /** Packages by their ids, releases of one by their versions. */
  private record Order(String id, SwiftVersion version) {
    private static final Comparator<Order> BY_PACKAGE =
        Comparator.comparing(Order::id).thenComparing(Order::version);

    static Order of(ReleaseView release) {
      return new Order(release.identity().id(), release.version());
    }
  }

  private final TreeMap<Order, ReleaseView> ascending;
  private final List<ReleaseView> available;

  private Releases(TreeMap<Order, ReleaseView> ascending) {
    this.ascending = ascending;
    this.available = ascending.values().stream().filter(ReleaseView::isOffered).toList();
  }

  static Releases of(Collection<ReleaseView> releases) {
    TreeMap<Order, ReleaseView> sorted = new TreeMap<>(Order.BY_PACKAGE);
    releases.forEach(r -> sorted.put(Order.of(r), r));
    return new Releases(sorted);
  }

  /** With those that clients do not get. */
  public Collection<ReleaseView> ascending() {
    return Collections.unmodifiableCollection(ascending.values());
  }

  /** The highest version first, with those that clients do not get. */
  public Collection<ReleaseView> descending() {
    return Collections.unmodifiableCollection(ascending.descendingMap().values());
  }

  public boolean isEmpty() {
    return ascending.isEmpty();
  }

  /** Also one that clients do not get. */
  public Optional<ReleaseView> find(Identity identity) {
    return SwiftVersion.parse(identity.version())
        .map(version -> ascending.get(new Order(identity.id(), version)));
  }

  /** Those that clients get, in ascending order. */
  public List<ReleaseView> available() {
    return available;
  }

  /** The highest version, of those that are no pre-releases if there is one. */
  public Optional<ReleaseView> latest() {
    Optional<ReleaseView> stable =
        available.stream().filter(r -> !r.version().isPreRelease()).reduce((a, b) -> b);
    return stable.isPresent() ? stable : available.stream().reduce((a, b) -> b);
  }

  /** The next available version above one. */
  public Optional<ReleaseView> successor(SwiftVersion version) {
    return available.stream().filter(r -> r.version().compareTo(version) > 0).findFirst();
  }

  /** The next available version below one. */
  public Optional<ReleaseView> predecessor(SwiftVersion version) {
    return available.stream().filter(r -> r.version().compareTo(version) < 0).reduce((a, b) -> b);
  }

  /** With a release put in its place, or without it; an older generation changes nothing. */
  Releases with(Identity identity, Optional<ReleaseView> now) {
    Optional<SwiftVersion> version = SwiftVersion.parse(identity.version());
    if (version.isEmpty()) {
      return this;
    }
    Order order = new Order(identity.id(), version.get());
    ReleaseView known = ascending.get(order);
    if (known != null && now.isPresent() && known.generation() > now.get().generation()) {
      return this;
    }
    TreeMap<Order, ReleaseView> changed = new TreeMap<>(ascending);
    now.ifPresentOrElse(release -> changed.put(order, release), () -> changed.remove(order));
    return new Releases(changed);
  }

  int weight() {
    return 200 + ascending.values().stream().mapToInt(ReleaseView::weight).sum();
  }
}
