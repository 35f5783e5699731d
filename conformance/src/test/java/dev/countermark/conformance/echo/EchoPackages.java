package dev.countermark.conformance.echo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Alterations;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Files and their signatures; a file cannot be deleted, and there are no lists. */
final class EchoPackages implements Packages {
  private static final String FILE = "file";
  private static final String SIGNATURE = "signature";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Platform platform;
  private final Platform.Repository repository;

  EchoPackages(Platform platform, Platform.Repository repository) {
    this.platform = platform;
    this.repository = repository;
  }

  private static byte[] content(int number) {
    return ("what is echoed, " + number).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public int push(int number) {
    return send("PUT", "/echo/" + name(number), content(number)).statusCode();
  }

  @Override
  public String name(int number) {
    return "file-" + number;
  }

  @Override
  public boolean isSigned(int number) {
    HttpResponse<byte[]> answer = send("GET", "/status/echo/" + name(number), new byte[0]);
    return answer.statusCode() == 200
        && Json.read(answer.body(), JsonNode.class).path("status").asText().equals("signed");
  }

  @Override
  public int read(int number) {
    return send("GET", "/echo/" + name(number), new byte[0]).statusCode();
  }

  @Override
  public Optional<List<Integer>> listed() {
    return Optional.empty();
  }

  @Override
  public Optional<Map<String, byte[]>> fetch(int number) {
    HttpResponse<byte[]> file = send("GET", "/echo/" + name(number), new byte[0]);
    HttpResponse<byte[]> signature = send("GET", "/echo/" + name(number) + ".sig", new byte[0]);
    return file.statusCode() == 200 && signature.statusCode() == 200
        ? Optional.of(Map.of(FILE, file.body(), SIGNATURE, signature.body()))
        : Optional.empty();
  }

  @Override
  public Optional<String> verify(int number, Map<String, byte[]> files) {
    if (!Arrays.equals(files.get(FILE), content(number))) {
      return Optional.empty();
    }
    JsonNode keys = Json.read(send("GET", "/keys/echo/", new byte[0]).body(), JsonNode.class);
    for (JsonNode key : keys.path("keys")) {
      if (!key.has("revokedAt") && verifies(key.path("pem").asText(), files)) {
        return Optional.of(key.path("fingerprint").asText());
      }
    }
    return Optional.empty();
  }

  private static boolean verifies(String pem, Map<String, byte[]> files) {
    try {
      byte[] spki = Base64.getDecoder().decode(pem.replaceAll("-----[A-Z ]+-----|\\s", ""));
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initVerify(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki)));
      ecdsa.update(files.get(FILE));
      return ecdsa.verify(files.get(SIGNATURE));
    } catch (GeneralSecurityException e) {
      return false; // not a signature at all
    }
  }

  @Override
  public List<Map<String, byte[]>> altered(Map<String, byte[]> files) {
    return List.of(
        Alterations.flipped(files, FILE, 0),
        Alterations.flipped(files, SIGNATURE, 0),
        Alterations.flipped(files, SIGNATURE, -1));
  }

  @Override
  public OptionalInt delete(int number) {
    return OptionalInt.empty();
  }

  private HttpResponse<byte[]> send(String method, String path, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(platform.url().resolve("/" + repository.path() + path))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Bearer " + repository.token())
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
            .build();
    try {
      HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
      if (answer.statusCode() >= 500) {
        throw new UncheckedIOException(
            new IOException(answer.uri() + " -> " + answer.statusCode()));
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
