package dev.countermark.contracts;

import java.util.regex.Pattern;

/**
 * Every key of every object in the packages bucket. Components of an OCI name never begin with an
 * underscore, so the {@code _manifests}-like separators cannot be part of a name.
 */
public final class ObjectKeys {
  public static final String REPOSITORIES = "repositories/";
  public static final String OCI_UPLOADS = "uploads/oci/";
  public static final String CONTENT = "content/sha256/";

  /** Everything of all NuGet packages of all repositories. */
  public static final String NUGET = "nuget/";

  /** Everything of all Swift packages of all repositories. */
  public static final String SWIFT = "swift/";

  /** Keys of {@link #swiftRelease}. */
  public static final Pattern SWIFT_RECORD =
      Pattern.compile(SWIFT + "([^/]+/[^/]+)/releases/([^/]+)/([^/]+)\\.json");

  /** Keys of {@link #ociUploadMount}. */
  public static final Pattern OCI_UPLOAD_MOUNT =
      Pattern.compile(OCI_UPLOADS + "[^/]+/mount\\.json");

  /** Keys of {@link #nugetVersion} and {@link #nugetSymbols}. */
  public static final Pattern NUGET_RECORD =
      Pattern.compile(NUGET + "([^/]+/[^/]+)/(packages|symbols)/([^/]+)/([^/]+)\\.json");

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

  /** What belongs to one blob upload while it is under way. */
  public static String ociUpload(String uploadId) {
    return OCI_UPLOADS + uploadId + "/";
  }

  /** The parts received up to {@code offset}, when they no longer fit into the upload's address. */
  public static String ociUploadParts(String uploadId, long offset) {
    return ociUpload(uploadId) + "parts-" + offset + ".json";
  }

  /** The {@link OciRecords.BlobRecord} that a mount is about to copy into another name. */
  public static String ociUploadMount(String mountId) {
    return ociUpload(mountId) + "mount.json";
  }

  /** That the upload was cancelled. */
  public static String ociUploadCancelled(String uploadId) {
    return ociUpload(uploadId) + "cancelled";
  }

  /** A {@link NugetRecords.VersionRecord}. */
  public static String nugetVersion(RepositoryName repository, NugetRecords.Identity identity) {
    return nugetVersions(repository, identity.id()) + identity.version() + ".json";
  }

  /**
   * All versions of one package.
   *
   * @param lowerId lower-case id
   */
  public static String nugetVersions(RepositoryName repository, String lowerId) {
    return nugetPackages(repository) + lowerId + "/";
  }

  /** All versions of all packages of a repository. */
  public static String nugetPackages(RepositoryName repository) {
    return nugetRepository(repository) + "packages/";
  }

  /** Everything of all NuGet packages of a repository. */
  public static String nugetRepository(RepositoryName repository) {
    return NUGET + repository + "/";
  }

  /** A {@link NugetRecords.SymbolsRecord}. */
  public static String nugetSymbols(RepositoryName repository, NugetRecords.Identity identity) {
    return nugetRepository(repository)
        + "symbols/"
        + identity.id()
        + "/"
        + identity.version()
        + ".json";
  }

  /** A {@link SwiftRecords.ReleaseRecord}. */
  public static String swiftRelease(RepositoryName repository, SwiftRecords.Identity identity) {
    return swiftReleases(repository, identity.id()) + identity.version() + ".json";
  }

  /**
   * All releases of one package.
   *
   * @param lowerId {@code lower-case scope.lower-case name}
   */
  public static String swiftReleases(RepositoryName repository, String lowerId) {
    return swiftPackages(repository) + lowerId + "/";
  }

  /** All releases of all packages of a repository. */
  public static String swiftPackages(RepositoryName repository) {
    return swiftRepository(repository) + "releases/";
  }

  /** Everything of all Swift packages of a repository. */
  public static String swiftRepository(RepositoryName repository) {
    return SWIFT + repository + "/";
  }

  private static String path(String digest) {
    return digest.replace(':', '/');
  }
}
