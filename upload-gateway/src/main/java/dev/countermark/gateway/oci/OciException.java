package dev.countermark.gateway.oci;

import java.util.LinkedHashMap;
import java.util.Map;

/** An answer other than success, in the registry's own error format. */
final class OciException extends RuntimeException {
  /** The codes of the specification that are used here. */
  enum Code {
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

    Code(int status) {
      this.status = status;
    }
  }

  private final Code code;
  private final int status;
  private final transient Map<String, String> headers = new LinkedHashMap<>();

  OciException(Code code, String message) {
    this(code, code.status, message);
  }

  OciException(Code code, int status, String message) {
    super(message, null, false, false);
    this.code = code;
    this.status = status;
  }

  OciException with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  Code code() {
    return code;
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }
}
