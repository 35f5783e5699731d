package dev.countermark.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"/v2/a/b?last=x", "/caf%C3%A9", "/50%", "/%zz%2", "/a%2Fb%25", "/%F0%9F%A6%86"})
  void takesText(String uri) {
    assertThat(RequestAddress.flaw(uri)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%00", "/a?last=%1f", "/%7f", "/%zz%0A", "/%c2%85"})
  void namesTheControlCharacter(String uri) {
    assertThat(RequestAddress.flaw(uri).orElseThrow()).matches(".*U\\+00[0-9A-F]{2}\\.");
  }

  @Test
  void takesNoBytesThatAreNoText() {
    assertThat(RequestAddress.flaw("/%ff")).contains("The address has bytes that are no UTF-8.");
    assertThat(RequestAddress.flaw("/%ed%a0%80")).isPresent();
    assertThat(RequestAddress.flaw("/%c0%80")).isPresent();
  }
}
