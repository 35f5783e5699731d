package dev.countermark.gateway.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageAddressTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "a1".repeat(32);

  @Test
  void theImageMayBeEmptyOrHaveSlashes() {
    assertThat(ImageAddress.parse(APP, "@" + DIGEST))
        .isEqualTo(Optional.of(new ImageAddress("acme/app", DIGEST)));
    assertThat(ImageAddress.parse(APP, "web/ui_x@" + DIGEST))
        .isEqualTo(Optional.of(new ImageAddress("acme/app/web/ui_x", DIGEST)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "web",
        "web@sha256:abc",
        "Web@sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "../x@sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "_manifests@sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "/web@sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "web@sha256:A1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "web@md5:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
      })
  void anythingElseIsNoImage(String rest) {
    assertThat(ImageAddress.parse(APP, rest)).isEmpty();
  }

  @Test
  void anOverlongAddressIsNoImage() {
    assertThat(ImageAddress.parse(APP, "a".repeat(400) + "@" + DIGEST)).isEmpty();
  }
}
