package dev.countermark.keys;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Obstacle;

/** The only place that reads what the key service says when it does not do what it was asked. */
final class KeyServiceAnswers {
  private KeyServiceAnswers() {}

  /** As far as it is read (RFC 9457). */
  private record Problem(String title) {}

  /**
   * @param status other than 200
   * @param body a problem document, or whatever somebody in between sent
   * @param call for the message
   */
  static RuntimeException failure(int status, byte[] body, String call) {
    String what = "key service answered " + status + " to " + call;
    return switch (status) {
      case 400, 413, 422 -> new SignBatcher.InvalidCallException(what);
      case 401 ->
          transientFailure(
              Obstacle.KEY_SERVICE_REFUSES, what + ": it does not know this service's credential");
      case 403 ->
          transientFailure(Obstacle.KEY_SERVICE_REFUSES, what + ": this service may not do that");
      case 404 ->
          transientFailure(Obstacle.KEY_SERVICE_REFUSES, what + ": it has no keys of this purpose");
      case 409 ->
          transientFailure(Obstacle.KEY_NOT_IN_FORCE, what + ": the key is revoked or has expired");
      case 500 -> broken(title(body), what);
      default -> transientFailure(Obstacle.KEY_SERVICE_UNAVAILABLE, what);
    };
  }

  /** Some of what stops the service itself is told, the rest may be over the next time. */
  private static Failure broken(String title, String what) {
    Obstacle obstacle =
        switch (title) {
          case KeyServiceApi.AUDIT_BROKEN -> Obstacle.AUDIT_BROKEN;
          case KeyServiceApi.RECORD_UNUSABLE -> Obstacle.KEY_UNUSABLE;
          default -> Obstacle.KEY_SERVICE_UNAVAILABLE;
        };
    return transientFailure(
        obstacle, obstacle == Obstacle.KEY_SERVICE_UNAVAILABLE ? what : what + " (" + title + ")");
  }

  private static String title(byte[] body) {
    try {
      String title = Json.read(body, Problem.class).title();
      return title == null ? "" : title;
    } catch (Json.MalformedJsonException e) {
      return "";
    }
  }

  private static Failure transientFailure(Obstacle obstacle, String message) {
    return new Failure.Transient(obstacle, message, null);
  }
}
