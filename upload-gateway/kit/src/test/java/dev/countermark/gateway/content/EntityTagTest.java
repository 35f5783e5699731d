package dev.countermark.gateway.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagTest {
  private final EntityTag tag = new EntityTag("sha256:abc");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"sha256:abc\"",
        "W/\"sha256:abc\"",
        "\"other\", \"sha256:abc\"",
        "\"other\",W/\"sha256:abc\" , \"third\"",
        "\"a,b\",\"sha256:abc\"",
        "*",
        " * "
      })
  void isHeld(String ifNoneMatch) {
    assertThat(tag.isNamedIn(Optional.of(ifNoneMatch))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256:abc",
        "\"sha256:ab\"",
        "\"sha256:abcd\"",
        "\"*\"",
        "\"x,\"sha256:abc",
        "\"SHA256:ABC\""
      })
  void isNotHeld(String ifNoneMatch) {
    assertThat(tag.isNamedIn(Optional.of(ifNoneMatch))).isFalse();
  }

  @Test
  void isNotHeldByWhoSaysNothing() {
    assertThat(tag.isNamedIn(Optional.empty())).isFalse();
  }
}
