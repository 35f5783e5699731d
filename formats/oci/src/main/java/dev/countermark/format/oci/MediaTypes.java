package dev.countermark.format.oci;

import java.util.Set;

/** Media types that mean something here (reference: OCI, sections 1.5, 2, 3 and 4). */
public final class MediaTypes {
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String EMPTY = "application/vnd.oci.empty.v1+json";
  public static final String SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
  public static final String DSSE = "application/vnd.dsse.envelope.v1+json";
  public static final String IN_TOTO = "application/vnd.in-toto+json";
  public static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  static final Set<String> IMAGES = Set.of(OCI_MANIFEST, DOCKER_MANIFEST);
  static final Set<String> INDEXES = Set.of(OCI_INDEX, DOCKER_LIST);

  private MediaTypes() {}

  /** Without parameters and white space, in lower case; empty string for null. */
  public static String bare(String contentType) {
    if (contentType == null) {
      return "";
    }
    int semicolon = contentType.indexOf(';');
    String bare = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return bare.strip().toLowerCase(java.util.Locale.ROOT);
  }

  /** Whether manifests of this type list others. */
  public static boolean isIndex(String contentType) {
    return INDEXES.contains(bare(contentType));
  }

  /** Layers that a registry need not hold. */
  static boolean isNonDistributable(String mediaType) {
    return mediaType.startsWith("application/vnd.oci.image.layer.nondistributable.")
        || mediaType.startsWith("application/vnd.docker.image.rootfs.foreign.");
  }
}
