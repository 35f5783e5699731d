package dev.countermark.format.oci;

import dev.countermark.contracts.RepositoryName;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys of the objects of images in the packages bucket. Components of a name never begin with an
 * underscore, so the {@code _manifests}-like separators cannot be part of a name.
 */
public final class OciKeys {
  /** What belongs to uploads of blobs while they are under way. */
  public static final String UPLOADS = "uploads/oci/";

  /** {@link OciRecords.DeletionRecord}s of manifests that are being deleted. */
  public static final String DELETIONS = "deletions/oci/";

  /** Keys of {@link #uploadMount}. */
  public static final Pattern UPLOAD_MOUNT = Pattern.compile(UPLOADS + "[^/]+/mount\\.json");

  /** Keys of {@link #blob}. */
  public static final Pattern BLOB = Pattern.compile("oci/.+/_blobs/[^/]+/[0-9a-f]+");

  private static final Pattern BLOB_BYTES = Pattern.compile("oci/.+/_bytes/[^/]+/[0-9a-f]+");

  private static final Pattern BLOB_KEY =
      Pattern.compile("oci/(.+)/_(bytes|blobs)/([^/]+)/([0-9a-f]+)");

  private static final Pattern TAG = Pattern.compile("oci/.+/_tags/[^/]+");

  static final Pattern MANIFEST = Pattern.compile("oci/.+/_manifests/[^/]+/[0-9a-f]+");

  private static final String MANIFESTS = "_manifests/";

  private OciKeys() {}

  /** Everything of all images. */
  public static String all() {
    return "oci/";
  }

  /** Everything of one image, but not of those named below it. */
  public static String image(String name) {
    return "oci/" + name + "/_";
  }

  /** A {@link OciRecords.ManifestRecord}; {@code digest} is {@code algorithm:hex}. */
  public static String manifest(String name, String digest) {
    return manifests(name) + path(digest);
  }

  public static String manifests(String name) {
    return "oci/" + name + "/" + MANIFESTS;
  }

  /** Where manifests are, seen from another object of an image; behind them, the next image. */
  static String nextManifests(String key) {
    int kind = key.indexOf("/_") + 1;
    if (kind == 0 || key.startsWith(MANIFESTS, kind)) {
      return key;
    }
    // No name of an image begins so, and none is between these two.
    return key.substring(0, kind)
        + (key.substring(kind).compareTo(MANIFESTS) < 0 ? MANIFESTS : "_~");
  }

  /** A {@link OciRecords.TagRecord}. */
  public static String tag(String name, String tag) {
    return tags(name) + tag;
  }

  public static String tags(String name) {
    return "oci/" + name + "/_tags/";
  }

  /** Whether a key is a {@link #tag}. */
  public static boolean isTag(String key) {
    return TAG.matcher(key).matches();
  }

  /** Below it, by tag, that a tag was given to a manifest after its first push. */
  public static String tagged(String name, String digest) {
    return "oci/" + name + "/_tagged/" + path(digest) + "/";
  }

  /** A {@link OciRecords.DeletionRecord}. */
  public static String deletion(String name, String digest) {
    return DELETIONS + name + "/_/" + path(digest);
  }

  /**
   * Whether a key is a {@link #deletion}: those of repositories of an owner {@code oci} are not.
   */
  public static boolean isDeletion(String key) {
    return key.startsWith(DELETIONS) && key.contains("/_/");
  }

  /** A {@link OciRecords.BlobRecord}: that the name holds this blob, and where its bytes are. */
  public static String blob(String name, String digest) {
    return blobs(name) + path(digest);
  }

  public static String blobs(String name) {
    return "oci/" + name + "/_blobs/";
  }

  /**
   * A blob that came in one part and whose digest was known: its bytes, and that the name holds it.
   * Never under {@link #blob}: what a user sent must not be read as a record.
   */
  public static String blobBytes(String name, String digest) {
    return "oci/" + name + "/_bytes/" + path(digest);
  }

  /**
   * Whether an object below {@link #all} is what a broken-off write of {@link #blobBytes} left.
   *
   * @param key of an object
   */
  public static boolean isLeftOfBytes(String key) {
    return key.contains("/_bytes/") && !BLOB_BYTES.matcher(key).matches();
  }

  /**
   * The blob of a key.
   *
   * @param name that holds it
   * @param bytes whether the object is the blob itself, as {@link #blobBytes} makes it
   */
  public record BlobOf(String name, Digest digest, boolean bytes) {}

  /** Reads the keys of {@link #blob} and {@link #blobBytes}; empty for any other. */
  public static Optional<BlobOf> blobOf(String key) {
    Matcher matcher = BLOB_KEY.matcher(key);
    return matcher.matches()
        ? Digest.parse(matcher.group(3) + ":" + matcher.group(4))
            .map(d -> new BlobOf(matcher.group(1), d, matcher.group(2).equals("bytes")))
        : Optional.empty();
  }

  /** A {@link OciRecords.ReferrersRecord}: what refers to the manifest {@code subject}. */
  public static String referrers(String name, String subject) {
    return "oci/" + name + "/_referrers/" + path(subject);
  }

  /**
   * That a manifest was shown to readers who see only what is signed, with all its blobs; or that a
   * blob is one of those. An object without meaning.
   */
  public static String shown(String name, String digest) {
    return "oci/" + name + "/_shown/" + path(digest);
  }

  /** Everything of all images of a repository: those named {@code owner/name} and below. */
  public static String repository(RepositoryName repository) {
    return "oci/" + repository + "/";
  }

  /** What belongs to one blob upload while it is under way. */
  public static String upload(String uploadId) {
    return UPLOADS + uploadId + "/";
  }

  /** The parts received up to {@code offset}, when they no longer fit into the upload's address. */
  public static String uploadParts(String uploadId, long offset) {
    return upload(uploadId) + "parts-" + offset + ".json";
  }

  /** The {@link OciRecords.BlobRecord} that a mount is about to copy into another name. */
  public static String uploadMount(String mountId) {
    return upload(mountId) + "mount.json";
  }

  /** That the upload was cancelled. */
  public static String uploadCancelled(String uploadId) {
    return upload(uploadId) + "cancelled";
  }

  private static String path(String digest) {
    return digest.replace(':', '/');
  }
}
