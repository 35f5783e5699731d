package dev.countermark.gateway.nuget.view;

import java.util.List;

/**
 * A package that a search found.
 *
 * @param versions that the request covers, in ascending order; never empty
 * @param latest what the last of them says
 */
public record Found(String lowerId, List<Version> versions, Description latest) {
  public Found {
    versions = List.copyOf(versions);
  }

  /**
   * @param version lower-case normalized
   * @param full as the author wrote it, with build metadata
   * @param semVer2 whether old clients do not understand it
   * @param generation of the record that it was made from
   */
  public record Version(
      String version, String full, boolean prerelease, boolean semVer2, long generation) {
    static Version of(VersionView view) {
      return new Version(
          view.identity().version(),
          view.version().full(),
          view.version().isPrerelease(),
          view.isSemVer2(),
          view.generation());
    }
  }

  public Version last() {
    return versions.get(versions.size() - 1);
  }
}
