package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciNamesTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  private final OciNames names = new OciNames();

  @Test
  void imagesOfTheRepository() {
    assertThat(names.objection(REPOSITORY, "acme/app", DIGEST)).isEmpty();
    assertThat(names.objection(REPOSITORY, "acme/app/web/x", "sha512:" + "0f".repeat(64)))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acme/other",
        "acme/app2/x",
        "acme/app/../other",
        "acme/app//x",
        "acme/app/",
        "acme/app/_manifests",
        "/acme/app",
        "acme/app/UPPER",
        "acme"
      })
  void refusesANameThatIsNotOneOfTheRepository(String name) {
    assertThat(names.objection(REPOSITORY, name, DIGEST)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "latest", "sha256:abc", "md5:00", "sha256:../../../tokens"})
  void refusesADigestThatIsNotOne(String digest) {
    assertThat(names.objection(REPOSITORY, "acme/app", digest)).isPresent();
  }
}
