package dev.countermark.gateway.nuget.view;

import java.util.List;
import java.util.Optional;

/**
 * @param text what is looked for; empty for everything
 * @param skip results to leave out
 * @param take most results
 * @param prerelease whether prerelease versions count
 * @param semVer2 whether versions count that old clients do not understand
 * @param packageType only packages of this type
 */
public record SearchRequest(
    String text,
    int skip,
    int take,
    boolean prerelease,
    boolean semVer2,
    Optional<String> packageType) {
  static final int MAX_SKIP = 3_000;
  static final int MAX_TAKE = 1_000;

  public SearchRequest {
    skip = Math.max(0, Math.min(skip, MAX_SKIP));
    take = Math.max(0, Math.min(take, MAX_TAKE));
  }

  /** Which listed versions count. */
  record Scope(boolean prerelease, boolean semVer2) {
    static final List<Scope> ALL =
        List.of(
            new Scope(false, false),
            new Scope(false, true),
            new Scope(true, false),
            new Scope(true, true));

    boolean covers(Found.Version version) {
      return covers(version.prerelease(), version.semVer2());
    }

    boolean covers(VersionView version) {
      return covers(version.version().isPrerelease(), version.isSemVer2());
    }

    private boolean covers(boolean isPrerelease, boolean isSemVer2) {
      return (prerelease || !isPrerelease) && (semVer2 || !isSemVer2);
    }
  }

  Scope scope() {
    return new Scope(prerelease, semVer2);
  }

  /** Whether a version counts. */
  public boolean covers(VersionView version) {
    return version.listed() && scope().covers(version);
  }
}
