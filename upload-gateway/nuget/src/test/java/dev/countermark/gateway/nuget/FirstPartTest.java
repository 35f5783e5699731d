package dev.countermark.gateway.nuget;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The body of a push, as clients send it and as they do not. */
class FirstPartTest {
  private static final String TYPE = "multipart/form-data; boundary=a-boundary-of-the-tests";
  private static final byte[] FILE = ascii("PK of a package\r\n--and what not\r\n");
  private static final byte[] BODY = FeedClient.multipart(FILE);

  private static byte[] copy(InputStream body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FirstPart.copy(body, TYPE, out);
    return out.toByteArray();
  }

  private static byte[] copy(byte[] body) throws IOException {
    return copy(new ByteArrayInputStream(body));
  }

  private static byte[] followedBy(int size) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(BODY, 0, BODY.length - "--\r\n".length());
    body.writeBytes(ascii("\r\nContent-Disposition: form-data; name=more\r\n\r\n"));
    body.writeBytes(new byte[size]);
    body.writeBytes(ascii("\r\n--a-boundary-of-the-tests--\r\n"));
    return body.toByteArray();
  }

  @Test
  void theFirstPartIsThePackage() throws IOException {
    assertThat(copy(BODY)).isEqualTo(FILE);
    assertThat(copy(followedBy(0))).isEqualTo(FILE);
    assertThat(copy(followedBy(60_000))).isEqualTo(FILE);
  }

  @Test
  void whatFollowsItIsLimited() {
    assertThatThrownBy(() -> copy(followedBy(200_000)))
        .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessageContaining("too much follows");
  }

  @Test
  void aBodyThatIsCutOff() {
    for (int length = 0; length < BODY.length - "\r\n".length(); length++) {
      byte[] begin = Arrays.copyOf(BODY, length);
      assertThatThrownBy(() -> copy(begin))
          .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }
}
