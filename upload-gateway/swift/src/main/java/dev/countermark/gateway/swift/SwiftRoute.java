package dev.countermark.gateway.swift;

import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.identity.SwiftVersion;
import dev.countermark.gateway.kit.Failed;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a path below {@code /{owner}/{name}/swift/} asks for.
 *
 * @param scope as the path has it, if it has one
 * @param name as the path has it, if it has one
 * @param version as the path has it, if it has one
 * @param submission id of a submission, if it is one
 * @see "swift reference, section 1.1"
 */
record SwiftRoute(Kind kind, String scope, String name, String version, String submission) {
  /** The resources of a registry. */
  enum Kind {
    BASE,
    LOGIN,
    AVAILABILITY,
    IDENTIFIERS,
    PACKAGE,
    RELEASE,
    MANIFEST,
    ARCHIVE,
    SUBMISSION
  }

  /** Scopes that would be mistaken for other addresses. */
  static final Set<String> RESERVED = Set.of("identifiers", "login", "availability", "submissions");

  private static final String MANIFEST = "Package.swift";
  private static final String ZIP = ".zip";
  private static final String JSON = ".json";

  /** Scope and name as people write them: longer ones or other characters are none. */
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  private static final Pattern SUBMISSION_ID = Pattern.compile("[0-9a-f-]{36}");

  /** Empty when there is nothing at the path. */
  static Optional<SwiftRoute> parse(String path) {
    String[] parts = path.split("/", -1);
    return switch (parts.length) {
      case 1 -> single(parts[0]);
      case 2 -> route(Kind.PACKAGE, parts[0], without(JSON, parts[1]), null, null);
      case 3 ->
          parts[2].endsWith(ZIP)
              ? route(Kind.ARCHIVE, parts[0], parts[1], without(ZIP, parts[2]), null)
              : route(Kind.RELEASE, parts[0], parts[1], without(JSON, parts[2]), null);
      case 4 ->
          parts[3].equals(MANIFEST)
              ? route(Kind.MANIFEST, parts[0], parts[1], parts[2], null)
              : Optional.empty();
      case 5 ->
          parts[0].equals("submissions") && SUBMISSION_ID.matcher(parts[4]).matches()
              ? route(Kind.SUBMISSION, parts[1], parts[2], parts[3], parts[4])
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<SwiftRoute> single(String part) {
    return switch (part) {
      case "" -> route(Kind.BASE, null, null, null, null);
      case "login" -> route(Kind.LOGIN, null, null, null, null);
      case "availability" -> route(Kind.AVAILABILITY, null, null, null, null);
      case "identifiers" -> route(Kind.IDENTIFIERS, null, null, null, null);
      default -> Optional.empty();
    };
  }

  private static Optional<SwiftRoute> route(
      Kind kind, String scope, String name, String version, String submission) {
    return Optional.of(new SwiftRoute(kind, scope, name, version, submission));
  }

  private static String without(String suffix, String text) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  /** The release that the path names, if it can be one. */
  Optional<Identity> identity() {
    return isWord(scope)
            && isWord(name)
            && !RESERVED.contains(scope.toLowerCase(Locale.ROOT))
            && SwiftVersion.parse(version).isPresent()
        ? Identity.lower(scope, name, version)
        : Optional.empty();
  }

  /** {@code lower-case scope.lower-case name} of the package that the path names, if it is one. */
  Optional<String> packageId() {
    return new SwiftRoute(kind, scope, name, "0.0.0", null).identity().map(Identity::id);
  }

  private static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }

  /**
   * What is published at the path. Of a release the suffix is a part of the version here: taken off
   * it would be another one.
   *
   * @param path what {@link #parse} took for a release or an archive
   * @throws Failed 422 when nothing can be published there
   */
  Identity published(String path) {
    if (!isWord(scope) || !isWord(name)) {
      throw identityRefused();
    }
    if (RESERVED.contains(scope.toLowerCase(Locale.ROOT))) {
      throw SwiftDialect.unprocessable(
          "The scope " + scope + " is reserved: publish under another scope.");
    }
    if (path.endsWith(ZIP)
        || path.endsWith(JSON)
        || SwiftVersion.parse(version).filter(SwiftVersion::looksLikeRoute).isPresent()) {
      throw SwiftDialect.unprocessable(
          "A version must not end in .zip or .json, because addresses do: choose another version.");
    }
    Optional<String> objection = SwiftVersion.objection(version);
    if (objection.isPresent()) {
      throw SwiftDialect.unprocessable(
          objection.get()
              + ". The version must be MAJOR.MINOR.PATCH by Semantic Versioning 2.0.0, without a"
              + " leading v or zeros and with at most 128 characters, such as 1.2.3 or 1.2.3-beta.1.");
    }
    return Identity.lower(scope, name, version).orElseThrow(SwiftRoute::identityRefused);
  }

  private static Failed identityRefused() {
    return SwiftDialect.unprocessable(
        "A package is scope.name: the scope has 1 to 39 letters, digits and inner hyphens, the name"
            + " 1 to 100 letters, digits, inner hyphens and underscores, none of them doubled.");
  }
}
