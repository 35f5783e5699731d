package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** The management API of a platform, as somebody with a token. */
final class Remote {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(70);

  private final URI url;
  private final String token;
  private final HttpClient http;

  /**
   * @param trust null for whom Java trusts
   */
  Remote(URI url, String token, SSLContext trust) {
    if (url.getHost() == null || !("http".equals(url.getScheme()) || isTls(url))) {
      throw RemoteException.usage("the address of a platform is http(s)://host[:port]");
    }
    this.url = url;
    this.token = token;
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
    if (trust != null) {
      client.sslContext(trust);
    }
    this.http = client.build();
  }

  private static boolean isTls(URI url) {
    return "https".equals(url.getScheme());
  }

  JsonNode get(String path) {
    return call("GET", path, null);
  }

  JsonNode post(String path, Object body) {
    return call("POST", path, body);
  }

  JsonNode put(String path, Object body) {
    return call("PUT", path, body);
  }

  JsonNode delete(String path) {
    return call("DELETE", path, null);
  }

  private JsonNode call(String method, String path, Object body) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url.resolve(path))
              .timeout(PATIENCE)
              .header("Authorization", "Bearer " + token)
              .method(
                  method,
                  body == null
                      ? BodyPublishers.noBody()
                      : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
      if (body != null) {
        request.header("Content-Type", "application/json");
      }
      HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
      if (answer.statusCode() / 100 != 2) {
        throw problem(answer);
      }
      return answer.body().length == 0 ? MissingNode.getInstance() : JSON.readTree(answer.body());
    } catch (SSLException e) {
      throw RemoteException.away(
          url.getHost() + " is not trusted: " + e.getMessage() + "; --ca names whom to trust", e);
    } catch (ConnectException e) {
      throw RemoteException.away(
          "nothing answers at " + url + ": is the platform running, and that its address?", e);
    } catch (IOException e) {
      throw RemoteException.away(url + " does not answer: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RemoteException.away("interrupted", e);
    } catch (IllegalArgumentException e) {
      throw RemoteException.usage("that cannot be asked for: " + e.getMessage());
    }
  }

  private RuntimeException problem(HttpResponse<byte[]> answer) {
    String detail = "status " + answer.statusCode();
    try {
      JsonNode problem = JSON.readTree(answer.body());
      detail = problem.path("detail").asText(problem.path("title").asText(detail));
    } catch (IOException e) {
      // Not from the platform itself: the status is all there is.
    }
    return switch (answer.statusCode()) {
      case 401 ->
          RemoteException.refused(detail + ": is the token that of this platform, and in force?");
      case 429, 503 -> RemoteException.away(detail + "; try again", null);
      default -> RemoteException.refused(detail);
    };
  }
}
