package dev.countermark.format.swift;

import dev.countermark.contracts.RepositoryName;
import java.util.regex.Pattern;

/** Keys of the objects of Swift packages in the packages bucket. */
public final class SwiftKeys {
  /** Everything of all packages of all repositories. */
  public static final String ALL = "swift/";

  /** Keys of {@link #release}. */
  public static final Pattern RELEASE =
      Pattern.compile(ALL + "([^/]+/[^/]+)/releases/([^/]+)/([^/]+)\\.json");

  private SwiftKeys() {}

  /** A {@link SwiftRecords.ReleaseRecord}. */
  public static String release(RepositoryName repository, SwiftRecords.Identity identity) {
    return releases(repository, identity.id()) + identity.version() + ".json";
  }

  /**
   * All releases of one package.
   *
   * @param lowerId {@code lower-case scope.lower-case name}
   */
  public static String releases(RepositoryName repository, String lowerId) {
    return packages(repository) + lowerId + "/";
  }

  /** All releases of all packages of a repository. */
  public static String packages(RepositoryName repository) {
    return repository(repository) + "releases/";
  }

  /** Everything of all packages of a repository. */
  public static String repository(RepositoryName repository) {
    return ALL + repository + "/";
  }
}
