package dev.countermark.format.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NugetFormatTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  private final NugetFormat format = new NugetFormat();

  @ParameterizedTest
  @ValueSource(strings = {"acme.tools/1.0.0", "a/1.2.3.4", "a_b-c.d/1.0.0-rc.1"})
  void hasARecordForVersionsOfPackages(String name) {
    assertThat(format.recordKey(REPOSITORY, name, DIGEST)).hasValueSatisfying(format::isRecord);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "acme.tools",
        "acme.tools/",
        "/1.0.0",
        "Acme.Tools/1.0.0",
        "acme.tools/1.0",
        "acme.tools/1.0.0+build",
        "acme.tools/1.0.0/x",
        "../acme/1.0.0",
        "acme..tools/1.0.0",
        "acme.tools/../1.0.0",
        "acme.tools/1.0.0-../x"
      })
  void hasNoRecordForANameThatIsNotThatOfAVersion(String name) {
    assertThat(format.recordKey(REPOSITORY, name, DIGEST)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256:abc", "sha512:00", "sha256:../../../tokens"})
  void hasNoRecordForADigestThatIsNotOne(String digest) {
    assertThat(format.recordKey(REPOSITORY, "acme.tools/1.0.0", digest)).isEmpty();
  }

  @Test
  void hasNoRecordForAnOverlongName() {
    String name = "a".repeat(101) + "/1.0.0";
    assertThat(format.recordKey(REPOSITORY, name, DIGEST)).isEmpty();
  }
}
