package dev.countermark.gateway.nuget.view;

import dev.countermark.format.nuget.NugetRecords.Identity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The visible versions of one package in ascending order; immutable. */
public final class PackageVersions {
  public static final PackageVersions NONE = new PackageVersions(List.of());

  private static final Comparator<VersionView> ORDER = Comparator.comparing(VersionView::version);

  private final List<VersionView> ascending;

  private PackageVersions(List<VersionView> ascending) {
    this.ascending = ascending;
  }

  public static PackageVersions of(Collection<VersionView> versions) {
    List<VersionView> sorted = new ArrayList<>(versions);
    sorted.sort(ORDER);
    return new PackageVersions(Collections.unmodifiableList(sorted));
  }

  public List<VersionView> ascending() {
    return ascending;
  }

  public boolean isEmpty() {
    return ascending.isEmpty();
  }

  public Optional<VersionView> find(Identity identity) {
    return ascending.stream().filter(v -> v.identity().equals(identity)).findFirst();
  }

  /** Those that meet a condition. */
  public PackageVersions only(Predicate<VersionView> condition) {
    return new PackageVersions(ascending.stream().filter(condition).toList());
  }

  public Optional<VersionView> latest() {
    return isEmpty() ? Optional.empty() : Optional.of(ascending.get(ascending.size() - 1));
  }

  /** With a version put in its place, or without it; an older generation changes nothing. */
  PackageVersions with(Identity identity, Optional<VersionView> now) {
    List<VersionView> versions = new ArrayList<>(ascending.size() + 1);
    for (VersionView version : ascending) {
      if (!version.identity().equals(identity)) {
        versions.add(version);
      } else if (now.isPresent() && version.generation() > now.get().generation()) {
        return this;
      }
    }
    if (now.isPresent()) {
      int at = Collections.binarySearch(versions, now.get(), ORDER);
      versions.add(at < 0 ? -at - 1 : at, now.get());
    }
    return new PackageVersions(Collections.unmodifiableList(versions));
  }

  int weight() {
    return 200 + ascending.stream().mapToInt(VersionView::weight).sum();
  }
}
