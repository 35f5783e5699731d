package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The body of a publication, as clients send it and as they do not. */
class ReleaseFormTest {
  private static final byte[] ZIP = Form.utf8("PK of an archive\r\n--and what not\r\n");
  private static final String JSON = "{\"description\":\"a=3D, b=\\r\\n\"}";

  @TempDir Path folder;

  @AfterEach
  void nothingIsLeftOnTheDisk() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  private ReleaseForm.Limits limits() throws IOException {
    return new ReleaseForm.Limits(1_000, 200, 100, SpoolFolder.open(folder, Clock.systemUTC()));
  }

  private ReleaseForm receive(byte[] body, String contentType) throws IOException {
    return ReleaseForm.receive(new ByteArrayInputStream(body), contentType, limits());
  }

  private ReleaseForm receive(Form form) throws IOException {
    return receive(form.bytes(), form.contentType());
  }

  private static byte[] content(ReleaseForm form) throws IOException {
    return Files.readAllBytes(form.archive().path());
  }

  private void refused(Form form, int status, String why) {
    assertThatThrownBy(() -> receive(form))
        .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(status))
        .hasMessageContaining(why);
  }

  @Test
  void takesTheClientsPartsAsTheyAre() throws IOException {
    Form form =
        Form.archive(ZIP)
            .archiveSignature(new byte[] {0x30, 0, 13, 10})
            .metadata(JSON)
            .metadataSignature(new byte[] {0x30, 1});

    try (ReleaseForm received = receive(form)) {
      assertThat(content(received)).isEqualTo(ZIP);
      assertThat(received.archive().size()).isEqualTo(ZIP.length);
      assertThat(received.metadata().orElseThrow().toUtf8()).isEqualTo(JSON);
      assertThat(received.archiveSignature().orElseThrow().toArray())
          .containsExactly(0x30, 0, 13, 10);
      assertThat(received.metadataSignature().orElseThrow().toArray()).containsExactly(0x30, 1);
    }
  }

  @Test
  void takesWhatOtherClientsSend() throws IOException {
    byte[] base64 = Base64.getMimeEncoder().encode(ZIP);
    Form form =
        new Form()
            .raw("content-disposition:form-data;name=metadata", Form.utf8(JSON))
            .raw("Content-Disposition: form-data; name=\"something\"", new byte[5_000])
            .raw(
                "Content-Disposition: form-data; filename=\"a;name=x.zip\"; name=\"source-archive\""
                    + "\r\nContent-Transfer-Encoding: BASE64",
                base64);

    try (ReleaseForm received = receive(form)) {
      assertThat(content(received)).isEqualTo(ZIP);
      assertThat(received.metadata().orElseThrow().toUtf8()).isEqualTo(JSON);
    }
  }

  @Test
  void base64MayBeLong() throws IOException {
    byte[] bytes = new byte[9_000];
    new Random(3).nextBytes(bytes);
    java.io.ByteArrayOutputStream decoded = new java.io.ByteArrayOutputStream();
    try (Base64Sink sink = new Base64Sink(decoded)) {
      sink.write(Base64.getMimeEncoder().encode(bytes));
    }
    assertThat(decoded.toByteArray()).isEqualTo(bytes);
  }

  @Test
  void limitsEveryPart() {
    refused(Form.archive(new byte[1_001]), 413, "source-archive");
    refused(Form.archive(ZIP).metadata("x".repeat(201)), 413, "metadata");
    refused(Form.archive(ZIP).archiveSignature(new byte[101]), 413, "source-archive-signature");
    refused(Form.archive(ZIP).metadataSignature(new byte[101]), 413, "metadata-signature");
    Form many = Form.archive(ZIP);
    for (int i = 0; i < 20; i++) {
      many.part("x" + i, "text/plain", "binary", new byte[1]);
    }
    refused(many, 400, "too many");
  }

  @Test
  void refusesWhatIsNoRelease() {
    refused(new Form().metadata(JSON), 422, "source-archive");
    refused(Form.archive(ZIP).part("source-archive", "x/y", "binary", ZIP), 400, "two parts");
    refused(Form.archive(ZIP).metadata(JSON).metadata(JSON), 400, "two parts");
    refused(new Form().part("source-archive", "x/y", "base64", Form.utf8("a?b=")), 400, "Base64");
    refused(
        new Form().part("source-archive", "x/y", "base64", Form.utf8("QQ==QQ==")), 400, "Base64");
  }

  /**
   * Found by fuzzing: the library's exception for it is another one, and looked like a full disk.
   */
  @Test
  void refusesHeadersOfUnheardOfLength() {
    refused(new Form().raw("X: " + "x".repeat(600), ZIP), 400, "well-formed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/zip",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\""
      })
  void refusesOtherTypes(String type) {
    assertThatThrownBy(() -> receive(Form.archive(ZIP).bytes(), type))
        .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(415));
    assertThatThrownBy(() -> receive(Form.archive(ZIP).bytes(), null)).isInstanceOf(Failed.class);
  }

  @Test
  void refusesABodyThatIsCutOff() {
    byte[] body = Form.archive(ZIP).metadata(JSON).bytes();
    String type = Form.archive(ZIP).contentType();
    for (int length = 0; length < body.length - 4; length++) {
      byte[] begin = Arrays.copyOf(body, length);
      assertThatThrownBy(() -> receive(begin, type)).isInstanceOf(Failed.class);
    }
  }

  @Test
  void whoBreaksOffBehindTheLastPartHasNotPublished() throws IOException {
    Form form = Form.archive(ZIP);
    InputStream lost =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("the connection is gone");
          }
        };
    InputStream body = new SequenceInputStream(new ByteArrayInputStream(form.bytes()), lost);

    assertThatThrownBy(() -> ReleaseForm.receive(body, form.contentType(), limits()))
        .isInstanceOf(IOException.class);

    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void whatFollowsTheLastPartIsOfNoAccountAndLimited() throws IOException {
    Form form = Form.archive(ZIP);
    byte[] body = form.bytes();
    try (ReleaseForm received =
        receive(Arrays.copyOf(body, body.length + 60_000), form.contentType())) {
      assertThat(received.archive().size()).isEqualTo(ZIP.length);
    }
    assertThatThrownBy(
            () -> receive(Arrays.copyOf(body, body.length + 200_000), form.contentType()))
        .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(400));
  }

  @Test
  void whateverComesIsTakenOrRefused() throws IOException {
    Form sound = Form.archive(ZIP).metadata(JSON).archiveSignature(new byte[9]);
    Random random = new Random(11);
    for (int i = 0; i < 3_000; i++) {
      byte[] body = sound.bytes();
      for (int n = 1 + random.nextInt(6); n > 0; n--) {
        body[random.nextInt(body.length)] = (byte) "\r\n-:;\"= a\0".charAt(random.nextInt(10));
      }
      try (ReleaseForm received = receive(body, sound.contentType())) {
        assertThat(received.archive().size()).isBetween(0L, 1_000L);
      } catch (Failed e) {
        assertThat(e.status()).isIn(400, 413, 415, 422);
      }
    }
  }
}
