package dev.countermark.gateway.oci;

import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.kit.Failed;

/**
 * What a path below {@code /v2/} asks for. Names contain slashes, so the last of the known segments
 * decides.
 *
 * @param kind the family of endpoints
 * @param name the image's name; null for {@link Kind#PING} and {@link Kind#CATALOG}
 * @param reference tag, digest or upload id as in the path; empty where there is none
 */
record OciRoute(Kind kind, OciName name, String reference) {
  enum Kind {
    PING,
    CATALOG,
    MANIFEST,
    BLOB,
    UPLOADS,
    UPLOAD,
    TAGS,
    REFERRERS
  }

  /**
   * @param path decoded, without the leading {@code /v2/}
   * @throws Failed {@code NAME_INVALID} or, for an unknown shape, {@code UNSUPPORTED} with 404
   */
  static OciRoute parse(String path) {
    if (path.isEmpty()) {
      return new OciRoute(Kind.PING, null, "");
    }
    if (path.equals("_catalog")) {
      return new OciRoute(Kind.CATALOG, null, "");
    }
    if (path.endsWith("/tags/list")) {
      return of(Kind.TAGS, path.substring(0, path.length() - "/tags/list".length()), "");
    }
    int uploads = path.lastIndexOf("/blobs/uploads");
    if (uploads > 0) {
      String rest = path.substring(uploads + "/blobs/uploads".length());
      String name = path.substring(0, uploads);
      if (rest.isEmpty() || rest.equals("/")) {
        return of(Kind.UPLOADS, name, "");
      }
      if (rest.charAt(0) == '/' && rest.indexOf('/', 1) < 0) {
        return of(Kind.UPLOAD, name, rest.substring(1));
      }
    }
    int slash = path.lastIndexOf('/');
    String before = slash < 0 ? "" : path.substring(0, slash);
    String last = path.substring(slash + 1);
    for (Kind kind : new Kind[] {Kind.MANIFEST, Kind.BLOB, Kind.REFERRERS}) {
      String segment =
          switch (kind) {
            case MANIFEST -> "/manifests";
            case BLOB -> "/blobs";
            default -> "/referrers";
          };
      if (before.endsWith(segment)) {
        return of(kind, before.substring(0, before.length() - segment.length()), last);
      }
    }
    throw OciCode.UNSUPPORTED.failed(404, "there is no such endpoint");
  }

  private static OciRoute of(Kind kind, String name, String reference) {
    OciName parsed =
        OciName.parse(name)
            .orElseThrow(
                () ->
                    OciCode.NAME_INVALID.failed(
                        "a name has components of [a-z0-9] separated by one of . _ __ or dashes,"
                            + " joined by slashes, at most 255 characters"));
    return new OciRoute(kind, parsed, reference);
  }
}
