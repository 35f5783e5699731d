package dev.countermark.format.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format.StatusName;
import dev.countermark.contracts.PackageUrl;
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

  @Test
  void findsThePackageOfAUrl() {
    String purl = format.purl(REPOSITORY, "acme.tools/1.0.0-rc.1", DIGEST);

    assertThat(PackageUrl.parse(purl).flatMap(format::named))
        .contains(new StatusName(REPOSITORY, "acme.tools/1.0.0-rc.1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkg:nuget/acme.tools?repository_url=acme%2Fapp",
        "pkg:nuget/acme.tools@1.0.0",
        "pkg:nuget/x/acme.tools@1.0.0?repository_url=acme%2Fapp",
        "pkg:npm/acme.tools@1.0.0?repository_url=acme%2Fapp"
      })
  void findsNoPackageOfAUrlThatNamesNoVersion(String purl) {
    assertThat(PackageUrl.parse(purl)).isPresent();
    assertThat(PackageUrl.parse(purl).flatMap(format::named)).isEmpty();
  }
}
