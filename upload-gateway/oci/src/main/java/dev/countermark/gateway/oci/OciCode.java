package dev.countermark.gateway.oci;

import dev.countermark.gateway.kit.Failed;

/** The error codes of the specification that are used here. */
enum OciCode {
  BLOB_UNKNOWN(404),
  BLOB_UPLOAD_INVALID(400),
  BLOB_UPLOAD_UNKNOWN(404),
  DENIED(403),
  DIGEST_INVALID(400),
  MANIFEST_BLOB_UNKNOWN(404),
  MANIFEST_INVALID(400),
  MANIFEST_UNKNOWN(404),
  NAME_INVALID(400),
  NAME_UNKNOWN(404),
  SIZE_INVALID(400),
  TOOMANYREQUESTS(429),
  UNSUPPORTED(405),
  UNAUTHORIZED(401),
  UNAVAILABLE(503),
  UNKNOWN(500);

  private final int status;

  OciCode(int status) {
    this.status = status;
  }

  Failed failed(String message) {
    return failed(status, message);
  }

  Failed failed(int status, String message) {
    return new Failed(status, name(), message);
  }
}
