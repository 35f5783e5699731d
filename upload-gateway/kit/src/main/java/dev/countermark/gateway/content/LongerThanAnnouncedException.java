package dev.countermark.gateway.content;

/** The client sent more than it said. */
public final class LongerThanAnnouncedException extends RuntimeException {
  LongerThanAnnouncedException() {
    super("more bytes came than Content-Length announced");
  }
}
