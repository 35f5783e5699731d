package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackageUrlTest {
  @Test
  void hasItsParts() {
    assertThat(
            PackageUrl.parse(
                "pkg:Swift/mona%2Eio/x/list@1.0.0%2B7+8?arch=any&repository_url=acme%2Fapp#a/b"))
        .contains(
            new PackageUrl(
                "swift", "mona.io/x", "list", Optional.of("1.0.0+7+8"), Optional.of("acme/app")));
  }

  @Test
  void hasNoVersionWhereNoneIs() {
    assertThat(PackageUrl.parse("pkg:npm/@acme/app"))
        .contains(new PackageUrl("npm", "@acme", "app", Optional.empty(), Optional.empty()));
  }

  /** As other tools write it. */
  @ParameterizedTest
  @CsvSource({
    "acme%2Fapp,acme/app",
    "acme/app/web,acme/app/web",
    "127.0.0.1:8080/acme/app,acme/app",
    "packages.example.com%2Facme%2Fapp%2Fweb,acme/app/web",
    "https%3A%2F%2Fpackages.example.com%2Facme%2Fapp,acme/app"
  })
  void findsTheRepositoryWithAndWithoutAHost(String qualifier, String path) {
    assertThat(PackageUrl.parse("pkg:oci/app@1?repository_url=" + qualifier))
        .hasValueSatisfying(url -> assertThat(url.repositoryPath()).contains(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "pkg:", "pkg:oci", "pkg:oci/", "npm/app@1", "pkg:4!/app", "pkg:oci/a%zz@1"})
  void refusesWhatIsNone(String text) {
    assertThat(PackageUrl.parse(text)).isEmpty();
  }

  @Test
  void refusesWhatIsLongerThanAnyIs() {
    assertThat(PackageUrl.parse("pkg:oci/" + "a".repeat(4_096))).isEmpty();
  }
}
