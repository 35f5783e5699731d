package dev.countermark.contracts;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A package URL, taken apart. What its parts mean is for the format of its type.
 *
 * @param type lower case
 * @param namespace decoded segments, joined by slashes; empty when there is none
 * @param name decoded
 * @param version decoded
 * @param repositoryPath where it lies, {@code owner/name} and for images what follows: the
 *     qualifier {@code repository_url} without scheme and host
 * @see "https://github.com/package-url/purl-spec"
 */
public record PackageUrl(
    String type,
    String namespace,
    String name,
    Optional<String> version,
    Optional<String> repositoryPath) {
  private static final int MAX_LENGTH = 4_096;
  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9.+-]*");

  /** Other tools write the host before the path; no owner's name has a dot or a colon. */
  private static final Pattern HOST = Pattern.compile("(https?://)?([^/]*[.:][^/]*/)?(.+)");

  /** Empty when the text is none. */
  public static Optional<PackageUrl> parse(String text) {
    if (text.length() > MAX_LENGTH || !text.startsWith("pkg:")) {
      return Optional.empty();
    }
    String rest = text.substring("pkg:".length()).replaceFirst("^/+", "");
    rest = before(rest, '#');
    String qualifiers = after(rest, rest.indexOf('?')).orElse("");
    rest = before(rest, '?');
    int at = rest.lastIndexOf('@') > rest.lastIndexOf('/') ? rest.lastIndexOf('@') : -1;
    Optional<String> version = after(rest, at);
    String[] path = (at < 0 ? rest : rest.substring(0, at)).split("/");
    String type = path[0].toLowerCase(Locale.ROOT);
    if (path.length < 2 || !TYPE.matcher(type).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new PackageUrl(
              type,
              decoded(String.join("/", Arrays.copyOfRange(path, 1, path.length - 1))),
              decoded(path[path.length - 1]),
              version.map(PackageUrl::decoded),
              repositoryPath(qualifiers)));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // a percent sign that begins nothing
    }
  }

  private static Optional<String> repositoryPath(String qualifiers) {
    return Arrays.stream(qualifiers.split("&"))
        .filter(qualifier -> qualifier.startsWith("repository_url="))
        .findFirst()
        .flatMap(qualifier -> after(qualifier, qualifier.indexOf('=')))
        .map(PackageUrl::decoded)
        .map(HOST::matcher)
        .filter(matcher -> matcher.matches())
        .map(matcher -> matcher.group(3));
  }

  private static String before(String text, char mark) {
    return text.indexOf(mark) < 0 ? text : text.substring(0, text.indexOf(mark));
  }

  private static Optional<String> after(String text, int mark) {
    return mark < 0 ? Optional.empty() : Optional.of(text.substring(mark + 1));
  }

  /** A plus sign is one. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /**
   * Of a type whose packages have no namespace, or one segment, and lie in a repository.
   *
   * @return the repository; empty when the path names no repository, or more than one
   */
  public Optional<RepositoryName> repository() {
    return repositoryPath.flatMap(RepositoryName::parse);
  }
}
