package dev.countermark.testkit.nuget;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;

/** The request with which a client pushes a package. */
public final class NugetPush {
  private NugetPush() {}

  /**
   * Makes a request to a feed's {@code package/} the push of a file, which does not wait until that
   * is signed.
   *
   * @param session what a client calls all its tries of one push
   */
  public static HttpRequest.Builder of(
      HttpRequest.Builder request, String token, String session, BodyPublisher nupkg) {
    String boundary = UUID.randomUUID().toString();
    String head =
        "--"
            + boundary
            + "\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data;"
            + " name=package; filename=package.nupkg; filename*=utf-8''package.nupkg\r\n\r\n";
    return request
        .header("X-NuGet-ApiKey", token)
        .header("X-NuGet-Session-Id", session)
        .header("Prefer", "wait=0")
        .header("Content-Type", "multipart/form-data; boundary=\"" + boundary + "\"")
        .PUT(
            BodyPublishers.concat(
                BodyPublishers.ofString(head),
                nupkg,
                BodyPublishers.ofString("\r\n--" + boundary + "--\r\n")));
  }
}
