package dev.countermark.gateway.nuget;

import dev.countermark.format.nuget.NugetRecords.Identity;
import java.util.Optional;

/**
 * What a path below {@code /{owner}/{name}/nuget/v3/} asks for.
 *
 * @param id lower-case id, where the path has one
 * @param version lower-case normalized version, where the path has one
 * @param detail hive of a registration, page of a registration, version of a resource, or name of a
 *     file
 */
record FeedRoute(Kind kind, String id, String version, String detail) {
  /** The resources of a feed. */
  enum Kind {
    SERVICE_INDEX,
    PUBLISH,
    PUBLISHED,
    SYMBOLS,
    VERSIONS,
    FILE,
    REGISTRATION_INDEX,
    REGISTRATION_PAGE,
    REGISTRATION_LEAF,
    SEARCH,
    AUTOCOMPLETE,
    SIGNATURES,
    CERTIFICATE
  }

  /** Files of a version besides the package itself and its nuspec. */
  static final java.util.Set<String> EMBEDDED = java.util.Set.of("icon", "readme", "license");

  /** Empty when there is nothing at the path. */
  static Optional<FeedRoute> parse(String path) {
    String[] parts = path.split("/", -1);
    return switch (parts[0]) {
      case "index.json" -> single(parts, Kind.SERVICE_INDEX);
      case "query" -> single(parts, Kind.SEARCH);
      case "autocomplete" -> single(parts, Kind.AUTOCOMPLETE);
      case "package" -> publish(parts);
      // The client appends a slash to the announced address.
      case "symbols" ->
          parts.length == 1 || parts.length == 2 && parts[1].isEmpty()
              ? Optional.of(new FeedRoute(Kind.SYMBOLS, null, null, null))
              : Optional.empty();
      case "flat" -> flat(parts);
      case "registration", "registration-gz", "registration-gz-semver2" -> registration(parts);
      case "repository-signatures" -> signatures(parts);
      default -> Optional.empty();
    };
  }

  /**
   * Whether it says nothing about what is in the feed: clients that push have an API key only and
   * do not send it here; and certificates are public.
   */
  boolean isPublic() {
    return kind == Kind.SERVICE_INDEX || kind == Kind.SIGNATURES || kind == Kind.CERTIFICATE;
  }

  /** The package that the path names, if it can be one. */
  Optional<Identity> identity() {
    return Identity.find(id, version);
  }

  private static Optional<FeedRoute> single(String[] parts, Kind kind) {
    return parts.length == 1
        ? Optional.of(new FeedRoute(kind, null, null, null))
        : Optional.empty();
  }

  private static Optional<FeedRoute> publish(String[] parts) {
    if (parts.length == 1 || parts.length == 2 && parts[1].isEmpty()) {
      return Optional.of(new FeedRoute(Kind.PUBLISH, null, null, null));
    }
    return parts.length == 3
        ? Optional.of(new FeedRoute(Kind.PUBLISHED, parts[1], parts[2], null))
        : Optional.empty();
  }

  private static Optional<FeedRoute> flat(String[] parts) {
    if (parts.length == 3 && parts[2].equals("index.json")) {
      return Optional.of(new FeedRoute(Kind.VERSIONS, parts[1], null, null));
    }
    return parts.length == 4
        ? Optional.of(new FeedRoute(Kind.FILE, parts[1], parts[2], parts[3]))
        : Optional.empty();
  }

  private static Optional<FeedRoute> registration(String[] parts) {
    if (parts.length == 3 && parts[2].equals("index.json")) {
      return Optional.of(new FeedRoute(Kind.REGISTRATION_INDEX, parts[1], null, parts[0]));
    }
    if (parts.length == 3 && parts[2].endsWith(".json")) {
      String version = parts[2].substring(0, parts[2].length() - ".json".length());
      return Optional.of(new FeedRoute(Kind.REGISTRATION_LEAF, parts[1], version, parts[0]));
    }
    // page/{lower}/{upper}.json
    if (parts.length == 5 && parts[2].equals("page") && parts[4].endsWith(".json")) {
      String upper = parts[4].substring(0, parts[4].length() - ".json".length());
      return Optional.of(
          new FeedRoute(Kind.REGISTRATION_PAGE, parts[1], parts[3] + "/" + upper, parts[0]));
    }
    return Optional.empty();
  }

  private static Optional<FeedRoute> signatures(String[] parts) {
    if (parts.length == 3 && parts[2].equals("index.json")) {
      return Optional.of(new FeedRoute(Kind.SIGNATURES, null, null, parts[1]));
    }
    return parts.length == 3 && parts[1].equals("certificates") && parts[2].endsWith(".crt")
        ? Optional.of(
            new FeedRoute(
                Kind.CERTIFICATE,
                null,
                null,
                parts[2].substring(0, parts[2].length() - ".crt".length())))
        : Optional.empty();
  }
}
