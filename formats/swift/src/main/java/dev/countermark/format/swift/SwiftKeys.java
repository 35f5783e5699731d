package dev.countermark.format.swift;

import dev.countermark.contracts.RepositoryName;
import java.time.Instant;
import java.util.Locale;
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

  /**
   * That a release says where its source code is: below an address, the first one first. What it
   * says is in its record; this only leads there.
   *
   * @param sha256 of the address without what does not matter
   */
  public static String source(
      RepositoryName repository, String sha256, Instant acceptedAt, SwiftRecords.Identity release) {
    return sources(repository, sha256)
        + String.format(Locale.ROOT, "%015d/", acceptedAt.toEpochMilli())
        + release.id()
        + "/"
        + release.version();
  }

  /** All that say that their source code is at an address. */
  public static String sources(RepositoryName repository, String sha256) {
    return repository(repository) + "sources/" + sha256 + "/";
  }

  /** Says that every release of a former version of this software has its {@link #source}. */
  public static final String SOURCES_KNOWN = "state/swift-sources";

  /** Everything of all packages of a repository. */
  public static String repository(RepositoryName repository) {
    return ALL + repository + "/";
  }
}
