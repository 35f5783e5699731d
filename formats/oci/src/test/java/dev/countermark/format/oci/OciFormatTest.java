package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format.StatusName;
import dev.countermark.contracts.PackageUrl;
import dev.countermark.contracts.RepositoryName;
import java.util.Optional;
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

  @Test
  void findsTheImageOfAUrl() {
    String purl = format.purl(REPOSITORY, "acme/app/tools/web", DIGEST);

    assertThat(PackageUrl.parse(purl).flatMap(format::named))
        .contains(new StatusName(REPOSITORY, "tools/web@" + DIGEST));
  }

  @Test
  void findsTheImageThatIsCalledAsTheRepository() {
    assertThat(PackageUrl.parse(format.purl(REPOSITORY, "acme/app", DIGEST)).flatMap(format::named))
        .contains(new StatusName(REPOSITORY, "@" + DIGEST));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkg:oci/web@sha256%3Aab?repository_url=acme%2Fapp%2Fweb",
        "pkg:oci/web?repository_url=acme%2Fapp%2Fweb&tag=1.0",
        "pkg:oci/other@DIGEST?repository_url=acme%2Fapp%2Fweb",
        "pkg:oci/web@DIGEST?repository_url=acme%2Fweb%2F..%2Fweb"
      })
  void findsNoImageOfAUrlThatNamesNone(String text) {
    Optional<PackageUrl> url = PackageUrl.parse(text.replace("DIGEST", DIGEST));

    assertThat(url).isPresent();
    assertThat(url.flatMap(format::named)).isEmpty();
  }
}
