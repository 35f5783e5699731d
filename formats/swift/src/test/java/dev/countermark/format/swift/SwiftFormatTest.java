package dev.countermark.format.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format.StatusName;
import dev.countermark.contracts.PackageUrl;
import dev.countermark.contracts.RepositoryName;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SwiftFormatTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  private final SwiftFormat format = new SwiftFormat();

  @ParameterizedTest
  @ValueSource(strings = {"mona.linkedlist/1.1.1", "a-b.c_d-e/1.0.0-rc.1+build.7"})
  void hasARecordForReleases(String name) {
    assertThat(format.recordKey(REPOSITORY, name, DIGEST)).hasValueSatisfying(format::isRecord);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mona.linkedlist",
        "mona/linkedlist/1.0.0",
        "mona.LinkedList/1.0.0",
        "mona.linkedlist/1.0",
        "mona.linkedlist/../1.0.0",
        "mona.linkedlist/1.0.0/x",
        "../x.y/1.0.0"
      })
  void hasNoRecordForANameThatIsNotOneOfARelease(String name) {
    assertThat(format.recordKey(REPOSITORY, name, DIGEST)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256:abc", "sha512:00", "sha256:../../../tokens"})
  void hasNoRecordForADigestThatIsNotOne(String digest) {
    assertThat(format.recordKey(REPOSITORY, "mona.linkedlist/1.0.0", digest)).isEmpty();
  }

  @Test
  void hasNoRecordForADigestInUpperCase() {
    assertThat(
            format.recordKey(REPOSITORY, "mona.linkedlist/1.0.0", DIGEST.toUpperCase(Locale.ROOT)))
        .isEmpty();
  }

  @Test
  void findsTheReleaseOfAUrl() {
    String purl = format.purl(REPOSITORY, "mona.linkedlist/1.0.0-rc.1+build.7", DIGEST);

    assertThat(PackageUrl.parse(purl).flatMap(format::named))
        .contains(new StatusName(REPOSITORY, "mona/linkedlist/1.0.0-rc.1+build.7"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkg:swift/linkedlist@1.0.0?repository_url=acme%2Fapp",
        "pkg:swift/mona/linkedlist?repository_url=acme%2Fapp",
        "pkg:swift/mona/linkedlist@1.0.0?repository_url=acme"
      })
  void findsNoReleaseOfAUrlThatNamesNone(String purl) {
    assertThat(PackageUrl.parse(purl)).isPresent();
    assertThat(PackageUrl.parse(purl).flatMap(format::named)).isEmpty();
  }
}
