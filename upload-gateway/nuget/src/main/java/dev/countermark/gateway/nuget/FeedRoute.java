package dev.countermark.gateway.nuget;

import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.metadata.NuGetVersion;
import dev.countermark.format.nuget.metadata.PackageId;
import java.util.Locale;
import java.util.Optional;

/**
 * What a path below {@code /{owner}/{name}/nuget/v3/} asks for. As in the feeds that people come
 * from, case is nothing, nor is a slash at the end, nor how a version is written.
 *
 * @param id as in the path, where it has one
 * @param version as in the path, where it has one; the key of a PDB
 * @param detail hive of a registration, version of a resource, or name of a file; lower case but
 *     for a certificate's
 */
record FeedRoute(Kind kind, String id, String version, String detail) {
  /** The resources of a feed. */
  enum Kind {
    SERVICE_INDEX,
    PUBLISH,
    PUBLISHED,
    SYMBOLS,
    SYMBOL_FILE,
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

  private static final String JSON = ".json";
  private static final String CERTIFICATE_FILE = ".crt";

  /** Files of a version besides the package itself and its nuspec. */
  static final java.util.Set<String> EMBEDDED = java.util.Set.of("icon", "readme", "license");

  /** Empty when there is nothing at the path. */
  static Optional<FeedRoute> parse(String path) {
    // The client appends a slash to announced addresses.
    String[] parts = path.replaceFirst("(?<=[^/])/$", "").split("/", -1);
    String resource = lower(parts[0]);
    return switch (resource) {
      case "index.json" -> single(parts, Kind.SERVICE_INDEX);
      case "query" -> single(parts, Kind.SEARCH);
      case "autocomplete" -> single(parts, Kind.AUTOCOMPLETE);
      case "package" -> publish(parts);
      case "symbols" -> symbols(parts);
      case "flat" -> flat(parts);
      case "registration", "registration-gz", "registration-gz-semver2" ->
          registration(resource, parts);
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
    return PackageId.parse(id)
        .flatMap(
            known ->
                NuGetVersion.parse(version)
                    .flatMap(parsed -> Identity.find(known.lower(), parsed.lower())));
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** {@code {file}/{key}/{file}}, as symbol servers are asked. */
  private static Optional<FeedRoute> symbols(String[] parts) {
    if (parts.length == 1) {
      return Optional.of(new FeedRoute(Kind.SYMBOLS, null, null, null));
    }
    return parts.length == 4 && lower(parts[1]).equals(lower(parts[3]))
        ? Optional.of(new FeedRoute(Kind.SYMBOL_FILE, null, lower(parts[2]), lower(parts[1])))
        : Optional.empty();
  }

  private static Optional<FeedRoute> single(String[] parts, Kind kind) {
    return parts.length == 1
        ? Optional.of(new FeedRoute(kind, null, null, null))
        : Optional.empty();
  }

  private static Optional<FeedRoute> publish(String[] parts) {
    if (parts.length == 1) {
      return Optional.of(new FeedRoute(Kind.PUBLISH, null, null, null));
    }
    return parts.length == 3
        ? Optional.of(new FeedRoute(Kind.PUBLISHED, parts[1], parts[2], null))
        : Optional.empty();
  }

  private static Optional<FeedRoute> flat(String[] parts) {
    if (parts.length == 3 && lower(parts[2]).equals("index.json")) {
      return Optional.of(new FeedRoute(Kind.VERSIONS, parts[1], null, null));
    }
    return parts.length == 4
        ? Optional.of(new FeedRoute(Kind.FILE, parts[1], parts[2], lower(parts[3])))
        : Optional.empty();
  }

  private static Optional<FeedRoute> registration(String hive, String[] parts) {
    String last = parts[parts.length - 1];
    if (!lower(last).endsWith(JSON)) {
      return Optional.empty();
    }
    String name = last.substring(0, last.length() - JSON.length());
    if (parts.length == 3) {
      return Optional.of(
          lower(name).equals("index")
              ? new FeedRoute(Kind.REGISTRATION_INDEX, parts[1], null, hive)
              : new FeedRoute(Kind.REGISTRATION_LEAF, parts[1], name, hive));
    }
    // page/{lower}/{upper}.json
    return parts.length == 5 && lower(parts[2]).equals("page")
        ? Optional.of(new FeedRoute(Kind.REGISTRATION_PAGE, parts[1], parts[3] + "/" + name, hive))
        : Optional.empty();
  }

  private static Optional<FeedRoute> signatures(String[] parts) {
    if (parts.length == 3 && lower(parts[2]).equals("index.json")) {
      return Optional.of(new FeedRoute(Kind.SIGNATURES, null, null, parts[1]));
    }
    return parts.length == 3
            && lower(parts[1]).equals("certificates")
            && lower(parts[2]).endsWith(CERTIFICATE_FILE)
        ? Optional.of(
            new FeedRoute(
                Kind.CERTIFICATE,
                null,
                null,
                parts[2].substring(0, parts[2].length() - CERTIFICATE_FILE.length())))
        : Optional.empty();
  }
}
