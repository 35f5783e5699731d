package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Speaks HTTP/1.1 to the gateway over a socket of its own for every request, because the reason
 * phrase is all that NuGet clients show of an error, and HTTP libraries drop it.
 */
final class FeedClient {
  static final String BOUNDARY = "a-boundary-of-the-tests";
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int CHUNK = 64 << 10;

  private final URI base;
  private final String[] credentials;

  /**
   * @param credentials headers that go with every request, names and values in turn
   */
  FeedClient(URI base, String... credentials) {
    this.base = base;
    this.credentials = credentials;
  }

  static String basic(String token) {
    return "Basic "
        + Base64.getEncoder().encodeToString(("any:" + token).getBytes(StandardCharsets.UTF_8));
  }

  /** A body as clients push it. */
  static byte[] multipart(byte[] file) {
    return multipart("package", file);
  }

  static byte[] multipart(String partName, byte[] file) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        utf8(
            "--"
                + BOUNDARY
                + "\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data;"
                + " name="
                + partName
                + "; filename=package.nupkg; filename*=utf-8''package.nupkg\r\n\r\n"));
    body.writeBytes(file);
    body.writeBytes(utf8("\r\n--" + BOUNDARY + "--\r\n"));
    return body.toByteArray();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  Answer get(String path, String... headers) {
    return send("GET", path, null, headers);
  }

  Answer head(String path, String... headers) {
    return send("HEAD", path, null, headers);
  }

  Answer delete(String path) {
    return send("DELETE", path, null);
  }

  /** Puts a file as clients do. */
  /** Without waiting for the signature, unless headers say otherwise. */
  Answer push(String path, byte[] file, String... headers) {
    String[] all =
        Arrays.asList(headers).contains("Prefer") ? headers : with(headers, "Prefer", "wait=0");
    return pushBody(path, multipart(file), all);
  }

  /** Puts any body that claims to be multipart. */
  Answer pushBody(String path, byte[] body, String... headers) {
    return send(
        "PUT",
        path,
        body,
        with(headers, "Content-Type", "multipart/form-data; boundary=\"" + BOUNDARY + "\""));
  }

  private static String[] with(String[] headers, String... more) {
    String[] all = Arrays.copyOf(headers, headers.length + more.length);
    System.arraycopy(more, 0, all, headers.length, more.length);
    return all;
  }

  /**
   * @param body sent in chunks, as NuGet clients do; null for none
   * @param headers names and values in turn
   */
  Answer send(String method, String path, byte[] body, String... headers) {
    try (Socket socket = open()) {
      OutputStream out = socket.getOutputStream();
      out.write(utf8(head(method, path, body != null, headers)));
      if (body != null) {
        writeChunked(out, body);
      }
      return Answer.parse(method + " " + path, socket.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    }
  }

  /** Sends the beginning of a push and hangs up. */
  void breakOff(String path, byte[] begin) {
    try (Socket socket = open()) {
      OutputStream out = socket.getOutputStream();
      String type = "multipart/form-data; boundary=" + BOUNDARY;
      out.write(utf8(head("PUT", path, true, "Content-Type", type)));
      out.write(utf8(Integer.toHexString(begin.length + 1) + "\r\n"));
      out.write(begin);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  private Socket open() throws IOException {
    Socket socket = new Socket(base.getHost(), base.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private String head(String method, String path, boolean body, String... headers) {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(base.getAuthority()).append("\r\nConnection: close\r\n");
    if (body) {
      head.append("Transfer-Encoding: chunked\r\n");
    }
    for (String[] some : new String[][] {credentials, headers}) {
      for (int i = 0; i < some.length; i += 2) {
        head.append(some[i]).append(": ").append(some[i + 1]).append("\r\n");
      }
    }
    return head.append("\r\n").toString();
  }

  private static void writeChunked(OutputStream out, byte[] body) {
    try {
      for (int from = 0; from < body.length; from += CHUNK) {
        int length = Math.min(CHUNK, body.length - from);
        out.write(utf8(Integer.toHexString(length) + "\r\n"));
        out.write(body, from, length);
        out.write(utf8("\r\n"));
      }
      out.write(utf8("0\r\n\r\n"));
    } catch (IOException e) {
      // The gateway wants no more: its answer says why.
    }
  }

  /**
   * What came back.
   *
   * @param request for messages
   * @param reason phrase of the status line
   * @param headerLines as they came
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(String request, int status, String reason, List<String> headerLines, byte[] body) {
    private static Answer parse(String request, byte[] bytes) throws IOException {
      String latin1 = new String(bytes, StandardCharsets.ISO_8859_1);
      int end = latin1.indexOf("\r\n\r\n");
      if (end < 0) {
        throw new IOException("no answer but '" + latin1 + "'");
      }
      String[] lines = latin1.substring(0, end).split("\r\n");
      String[] statusLine = lines[0].split(" ", 3);
      assertThat(statusLine[0]).isEqualTo("HTTP/1.1");
      List<String> headers = List.of(lines).subList(1, lines.length);
      byte[] body = Arrays.copyOfRange(bytes, end + 4, bytes.length);
      Answer answer =
          new Answer(request, Integer.parseInt(statusLine[1]), statusLine[2], headers, body);
      return answer.header("Transfer-Encoding").isEmpty()
          ? answer
          : new Answer(request, answer.status, answer.reason, headers, joined(body));
    }

    private static byte[] joined(byte[] chunks) throws IOException {
      InputStream in = new ByteArrayInputStream(chunks);
      ByteArrayOutputStream joined = new ByteArrayOutputStream();
      while (true) {
        StringBuilder size = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
          if (c < 0) {
            throw new IOException("an answer was cut off");
          }
          size.append((char) c);
        }
        int length = Integer.parseInt(size.toString().strip(), 16);
        if (length == 0) {
          return joined.toByteArray();
        }
        joined.writeBytes(in.readNBytes(length));
        in.skipNBytes(2);
      }
    }

    Answer is(int status) {
      assertThat(this.status).as("%s -> %s", request, reason).isEqualTo(status);
      return this;
    }

    /** An error with a reason that clients can show, and the same as a problem document. */
    Answer isRefused(int status, String why) {
      is(status);
      assertThat(reason).matches("[\\x20-\\x7e]{1,200}").contains(why);
      has("Content-Type", "application/problem+json");
      assertThat(json().path("status").asInt()).isEqualTo(status);
      assertThat(json().path("title").asText()).isEqualTo(reason);
      return this;
    }

    Answer has(String header, String value) {
      assertThat(headers(header)).as(header).containsExactly(value);
      return this;
    }

    List<String> headers(String name) {
      String begin = name.toLowerCase(java.util.Locale.ROOT) + ":";
      return headerLines.stream()
          .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(begin))
          .map(line -> line.substring(begin.length()).strip())
          .toList();
    }

    Optional<String> header(String name) {
      return headers(name).stream().findFirst();
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      return Json.read(body, JsonNode.class);
    }
  }
}
