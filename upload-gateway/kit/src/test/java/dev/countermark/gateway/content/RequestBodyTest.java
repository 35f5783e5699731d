package dev.countermark.gateway.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
  /** Like the server's when the client sends no more: it cannot be read without end. */
  private static final InputStream STALLED =
      new InputStream() {
        @Override
        public int read() throws IOException {
          throw new IOException("waited in vain");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          return read();
        }
      };

  @Test
  void noBytesAreReadWithoutTheClient() throws IOException {
    assertThat(new RequestBody(STALLED).read(new byte[1], 0, 0)).isZero();
  }

  @Test
  void whatTheClientOwesIsToldFromOurOwnTrouble() {
    RequestBody body = new RequestBody(STALLED);

    assertThatThrownBy(body::read).isInstanceOf(RequestBody.BrokenOffException.class);
    assertThatThrownBy(() -> body.readNBytes(10))
        .isInstanceOf(RequestBody.BrokenOffException.class);
  }
}
