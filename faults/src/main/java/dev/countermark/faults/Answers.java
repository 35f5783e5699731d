package dev.countermark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/** What was answered, and what it means to a client. */
public final class Answers {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int TOO_MANY = 429;
  private static final int TOLD = 300;

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private Answers() {}

  /** Whether a client tries again: what was asked for may have been done or not. */
  public static boolean isForTheMoment(int status) {
    return status >= 500 || status == TOO_MANY;
  }

  /**
   * @throws UncheckedIOException when a client would try again
   */
  public static HttpResponse<byte[]> settled(HttpResponse<byte[]> answer) {
    if (isForTheMoment(answer.statusCode())) {
      throw new UncheckedIOException(new IOException(told(answer)));
    }
    return answer;
  }

  /**
   * Sends a request, with the time that it may take.
   *
   * @throws UncheckedIOException when it is not answered, or a client would try again
   */
  public static HttpResponse<byte[]> to(HttpRequest.Builder request) {
    HttpRequest built = request.timeout(PATIENCE).build();
    try {
      return settled(HTTP.send(built, HttpResponse.BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(built.uri().toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /**
   * The body of an answer that must be 200.
   *
   * @throws UnexpectedAnswerException when it is another one
   */
  public static byte[] body(HttpResponse<byte[]> answer) {
    if (settled(answer).statusCode() != 200) {
      throw new UnexpectedAnswerException(told(answer));
    }
    return answer.body();
  }

  public static JsonNode json(HttpResponse<byte[]> answer) {
    return Json.read(body(answer), JsonNode.class);
  }

  static String told(HttpResponse<byte[]> answer) {
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    return answer.uri().getPath()
        + " -> "
        + answer.statusCode()
        + " "
        + body.substring(0, Math.min(TOLD, body.length()));
  }

  /** Lower-case hexadecimal. */
  public static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** An answer that no fault explains. */
  public static final class UnexpectedAnswerException extends RuntimeException {
    UnexpectedAnswerException(String message) {
      super(message);
    }
  }
}
