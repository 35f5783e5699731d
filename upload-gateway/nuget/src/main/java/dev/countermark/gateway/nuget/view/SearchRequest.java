package dev.countermark.gateway.nuget.view;

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

  /** Whether a version counts. */
  public boolean covers(VersionView version) {
    return version.listed()
        && (prerelease || !version.version().isPrerelease())
        && (semVer2 || !version.isSemVer2());
  }
}
