package dev.countermark.signer.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NugetNamesTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  private final NugetNames names = new NugetNames();

  @ParameterizedTest
  @ValueSource(strings = {"acme.tools/1.0.0", "a/1.2.3.4", "a_b-c.d/1.0.0-rc.1"})
  void versionsOfPackages(String name) {
    assertThat(names.objection(REPOSITORY, name, DIGEST)).isEmpty();
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
  void refusesANameThatIsNotThatOfAVersion(String name) {
    assertThat(names.objection(REPOSITORY, name, DIGEST)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256:abc", "sha512:00", "sha256:../../../tokens"})
  void refusesADigestThatIsNotOne(String digest) {
    assertThat(names.objection(REPOSITORY, "acme.tools/1.0.0", digest)).isPresent();
  }

  @Test
  void refusesAnOverlongName() {
    String name = "a".repeat(101) + "/1.0.0";
    assertThat(names.objection(REPOSITORY, name, DIGEST)).isPresent();
  }
}
