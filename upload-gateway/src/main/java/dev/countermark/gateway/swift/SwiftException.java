package dev.countermark.gateway.swift;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer to a client that is not what it asked for. The message is the {@code detail} that
 * clients show: what is wrong and what to do.
 */
final class SwiftException extends RuntimeException {
  private final int status;
  private final Map<String, String> headers = new LinkedHashMap<>();

  SwiftException(int status, String detail) {
    super(detail, null, false, false);
    this.status = status;
  }

  SwiftException with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  static SwiftException notFound(String detail) {
    return new SwiftException(404, detail);
  }

  static SwiftException noRelease() {
    return notFound("The registry has no such release.");
  }

  static SwiftException unprocessable(String detail) {
    return new SwiftException(422, detail);
  }
}
