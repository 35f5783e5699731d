package dev.countermark.gateway.swift;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A body as Swift's client sends it: parts without file names, a boundary in quotes. */
final class Form {
  private static final String BOUNDARY = "0E8B1C2A-5E0C-4B5B-9C7E-000000000001";

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  static Form archive(byte[] zip) {
    return new Form().part("source-archive", "application/zip", "binary", zip);
  }

  Form metadata(String json) {
    // As the client does: says it is encoded, and sends it as it is.
    return part(
        "metadata", "application/json", "quoted-printable", json.getBytes(StandardCharsets.UTF_8));
  }

  Form archiveSignature(byte[] cms) {
    return part("source-archive-signature", "application/octet-stream", "binary", cms);
  }

  Form metadataSignature(byte[] cms) {
    return part("metadata-signature", "application/octet-stream", "binary", cms);
  }

  Form part(String name, String type, String encoding, byte[] content) {
    return raw(
        "Content-Disposition: form-data; name=\""
            + name
            + "\"\r\nContent-Type: "
            + type
            + "\r\nContent-Transfer-Encoding: "
            + encoding,
        content);
  }

  /**
   * @param headers lines of a part
   */
  Form raw(String headers, byte[] content) {
    text("--" + BOUNDARY + "\r\n" + headers + "\r\n\r\n");
    body.writeBytes(content);
    text("\r\n");
    return this;
  }

  private void text(String text) {
    body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] bytes() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(body.toByteArray());
    whole.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return whole.toByteArray();
  }

  String contentType() {
    return "multipart/form-data;boundary=\"" + BOUNDARY + "\"";
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
