package dev.countermark.contracts;

import java.util.regex.Pattern;

/**
 * Every key of every object in the packages bucket. Components of an OCI name never begin with an
 * underscore, so the {@code _manifests}-like separators cannot be part of a name.
 */
public final class ObjectKeys {
  public static final String REPOSITORIES = "repositories/";
  private static final Pattern SHA256_HEX = Pattern.compile("[0-9a-f]{64}");

  private ObjectKeys() {}

  /**
   * Immutable bytes under their own hash; written once, never changed.
   *
   * @param sha256Hex 64 lower-case hexadecimal digits
   */
  public static String content(String sha256Hex) {
    if (!SHA256_HEX.matcher(sha256Hex).matches()) {
      throw new IllegalArgumentException("not the hexadecimal form of a SHA-256");
    }
    return "content/sha256/" + sha256Hex.substring(0, 2) + "/" + sha256Hex;
  }

  /** A {@link OciRecords.RepositoryRecord}. */
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

  /** A {@link OciRecords.ManifestRecord}; {@code digest} is {@code algorithm:hex}. */
  public static String ociManifest(String name, String digest) {
    return ociManifests(name) + path(digest);
  }

  public static String ociManifests(String name) {
    return "oci/" + name + "/_manifests/";
  }

  /** A {@link OciRecords.TagRecord}. */
  public static String ociTag(String name, String tag) {
    return ociTags(name) + tag;
  }

  public static String ociTags(String name) {
    return "oci/" + name + "/_tags/";
  }

  /** A {@link OciRecords.BlobRecord}: that the name holds this blob, and where its bytes are. */
  public static String ociBlob(String name, String digest) {
    return ociBlobs(name) + path(digest);
  }

  public static String ociBlobs(String name) {
    return "oci/" + name + "/_blobs/";
  }

  /** A {@link OciRecords.ReferrersRecord}: what refers to the manifest {@code subject}. */
  public static String ociReferrers(String name, String subject) {
    return "oci/" + name + "/_referrers/" + path(subject);
  }

  /** Everything of all images of a repository: those named {@code owner/name} and below. */
  public static String ociRepository(RepositoryName repository) {
    return "oci/" + repository + "/";
  }

  /** The state of a blob upload that no longer fits its own address. */
  public static String ociUpload(String uploadId) {
    return "uploads/oci/" + uploadId + ".json";
  }

  private static String path(String digest) {
    return digest.replace(':', '/');
  }
}
