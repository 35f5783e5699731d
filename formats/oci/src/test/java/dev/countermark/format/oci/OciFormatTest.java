package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciFormatTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  private final OciFormat format = new OciFormat();

  @Test
  void hasARecordForImagesOfTheRepository() {
    assertThat(format.recordKey(REPOSITORY, "acme/app", DIGEST))
        .hasValueSatisfying(format::isRecord);
    assertThat(format.recordKey(REPOSITORY, "acme/app/web/x", "sha512:" + "0f".repeat(64)))
        .hasValueSatisfying(format::isRecord);
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
  void hasNoRecordForANameThatIsNotOneOfTheRepository(String name) {
    assertThat(format.recordKey(REPOSITORY, name, DIGEST)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "latest", "sha256:abc", "md5:00", "sha256:../../../tokens"})
  void hasNoRecordForADigestThatIsNotOne(String digest) {
    assertThat(format.recordKey(REPOSITORY, "acme/app", digest)).isEmpty();
  }
}
