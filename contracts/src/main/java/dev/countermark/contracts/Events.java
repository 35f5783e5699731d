package dev.countermark.contracts;

import java.time.Instant;
import java.util.List;

/** The data of every event, and its type name. Schema files: {@code /schemas/<event>.json}. */
public final class Events {
  private Events() {}

  /** Kafka key of every event about one OCI manifest: order is per image name. */
  public static String ociKey(String name, String digest) {
    return "oci/" + name + "@" + digest;
  }

  /**
   * Package URL of an OCI manifest (purl type {@code oci}).
   *
   * @param name full OCI name, {@code owner/repo[/image…]}
   * @param digest {@code algorithm:hex}
   */
  public static String ociPurl(String name, String digest) {
    return "pkg:oci/"
        + name.substring(name.lastIndexOf('/') + 1)
        + "@"
        + digest.replace(":", "%3A")
        + "?repository_url="
        + name.replace("/", "%2F");
  }

  /**
   * A manifest was stored, or its signatures need a look because a tag or a foreign signature
   * moved.
   *
   * @param repository {@code owner/name}
   * @param name full OCI name
   * @param digest {@code algorithm:hex} of the manifest
   * @param acceptedAt when the upload was accepted
   */
  public record PackageUploaded(
      RepositoryName repository, String name, String digest, String mediaType, Instant acceptedAt) {
    public static final String TYPE = "dev.countermark.package.uploaded.v1";
  }

  /**
   * Bring the signatures of a stored manifest up to date.
   *
   * @param campaign id of the request it belongs to
   */
  public record PackageResyncRequested(
      RepositoryName repository, String name, String digest, String campaign) {
    public static final String TYPE = "dev.countermark.package.resync-requested.v1";
  }

  /**
   * The manifest's signatures are in place.
   *
   * @param keyVersion version of the repository's key that signed
   * @param fingerprint SHA-256 of the key's SPKI, lower-case hexadecimal
   * @param artifacts digests of all signature manifests
   * @param changed false when they already were in place
   */
  public record PackageSigned(
      RepositoryName repository,
      String name,
      String digest,
      int keyVersion,
      String fingerprint,
      Instant acceptedAt,
      Instant signedAt,
      List<String> artifacts,
      boolean changed) {
    public static final String TYPE = "dev.countermark.package.signed.v1";
  }

  /** The manifest will never be signed as it is. */
  public record PackageRefused(
      RepositoryName repository, String name, String digest, Refusal code, String detail) {
    public static final String TYPE = "dev.countermark.package.refused.v1";
  }
}
