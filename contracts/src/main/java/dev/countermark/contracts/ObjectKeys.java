package dev.countermark.contracts;

import java.util.regex.Pattern;

/**
 * Keys of the objects in the packages bucket that belong to no format. Those of a format are
 * spelled in one class beside it, and lie below {@link Format#root}.
 */
public final class ObjectKeys {
  public static final String REPOSITORIES = "repositories/";
  public static final String CONTENT = "content/sha256/";

  private static final Pattern SHA256_HEX = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern UPLOAD_ID = Pattern.compile("[0-9a-f-]{36}");

  private ObjectKeys() {}

  /**
   * One part of a blob: immutable, written once, under its own hash and the upload that brought it,
   * so that a failed upload can take back what it stored.
   *
   * @param sha256Hex 64 lower-case hexadecimal digits
   * @param upload id of the upload
   */
  public static String content(String sha256Hex, String upload) {
    if (!SHA256_HEX.matcher(sha256Hex).matches() || !UPLOAD_ID.matcher(upload).matches()) {
      throw new IllegalArgumentException("not the hexadecimal form of a SHA-256, or no upload id");
    }
    return CONTENT + sha256Hex.substring(0, 2) + "/" + sha256Hex + "/" + upload;
  }

  /** A {@link RepositoryRecord}. */
  public static String repository(RepositoryName repository) {
    return REPOSITORIES + repository.owner() + "/" + repository.name() + ".json";
  }

  /** All tokens of one repository. */
  public static String tokens(RepositoryName repository) {
    return "tokens/" + repository.owner() + "/" + repository.name() + "/";
  }

  public static String token(RepositoryName repository, String id) {
    return tokens(repository) + id + ".json";
  }
}
