package dev.countermark.gateway.nuget;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.metadata.InvalidNuspecException;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.gateway.nuget.view.PackageVersions;
import dev.countermark.gateway.nuget.view.VersionView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pages of the registration of a package with many versions, which come and go. */
class RegistrationPagesTest {
  private static final String HIVE = ServiceIndex.SEMVER2;

  private final FeedDocuments documents =
      new FeedDocuments(new FeedAddresses("https://registry.test", RepositoryName.of("acme/app")));

  private static PackageVersions versions(IntStream patches) {
    return PackageVersions.of(patches.mapToObj(i -> version("1.0." + i)).toList());
  }

  private static VersionView version(String version) {
    try {
      return new VersionView(
          new Identity("acme.tools", version),
          Nuspec.parse(ascii(Packages.nuspec("Acme.Tools", version, ""))),
          true,
          Instant.EPOCH,
          1,
          "",
          false,
          false,
          false,
          "",
          1,
          1);
    } catch (InvalidNuspecException e) {
      throw new IllegalArgumentException(version, e);
    }
  }

  private JsonNode index(PackageVersions versions) {
    return Json.read(documents.registration(HIVE, "acme.tools", versions), JsonNode.class);
  }

  /** The page as whoever has its address finds it. */
  private Optional<JsonNode> page(String address, PackageVersions versions) {
    String range =
        address.substring(address.indexOf("/page/") + "/page/".length()).replace(".json", "");
    return documents
        .registrationPage(HIVE, "acme.tools", range, versions)
        .map(page -> Json.read(page, JsonNode.class));
  }

  private static List<String> versionsIn(JsonNode page) {
    List<String> versions = new ArrayList<>();
    page.path("items").forEach(i -> versions.add(i.path("catalogEntry").path("version").asText()));
    return versions;
  }

  /** 1,024 versions of a large nuspec are told of before any of it is a document. */
  @Test
  void whatIsMadeIsDrawnForBefore() {
    PackageVersions versions = versions(IntStream.range(0, 500));
    long weight = versions.ascending().stream().mapToLong(VersionView::weight).sum();
    List<Long> drawn = new ArrayList<>();
    FeedAddresses at = new FeedAddresses("https://registry.test", RepositoryName.of("acme/app"));

    new FeedDocuments(at, drawn::add)
        .registrationPage(HIVE, "acme.tools", "1.0.0/1.0.499", versions);

    assertThat(drawn).contains(weight / 2);
    FeedDocuments refused =
        new FeedDocuments(
            at,
            bytes -> {
              throw new IllegalStateException("no memory");
            });
    assertThatThrownBy(() -> refused.registration(HIVE, "acme.tools", versions))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> refused.registrationPage(HIVE, "acme.tools", "1.0.0/1.0.499", versions))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pagesHoldWhatTheIndexSays() {
    PackageVersions versions = versions(IntStream.range(0, 200));
    List<String> found = new ArrayList<>();

    for (JsonNode announced : index(versions).path("items")) {
      String address = announced.path("@id").asText();
      JsonNode page = page(address, versions).orElseThrow();
      assertThat(page.path("@id").asText()).isEqualTo(address);
      for (String same : List.of("count", "lower", "upper")) {
        assertThat(page.path(same)).isEqualTo(announced.path(same));
      }
      found.addAll(versionsIn(page));
    }

    assertThat(found).hasSize(200).startsWith("1.0.0").endsWith("1.0.199").doesNotHaveDuplicates();
  }

  @Test
  void whoReadTheIndexBeforeADeletionFindsTheRest() {
    JsonNode before = index(versions(IntStream.range(0, 200)));
    PackageVersions after = versions(IntStream.range(0, 200).filter(i -> i != 3 && i != 64));
    List<String> found = new ArrayList<>();

    for (JsonNode announced : before.path("items")) {
      found.addAll(versionsIn(page(announced.path("@id").asText(), after).orElseThrow()));
    }

    assertThat(found).hasSize(198).doesNotContain("1.0.3", "1.0.64").doesNotHaveDuplicates();
  }

  @Test
  void aPageOfWhichNothingIsLeftIsNone() {
    PackageVersions few = versions(IntStream.range(100, 200));
    assertThat(page("/page/1.0.0/1.0.63.json", few)).isEmpty();
    assertThat(page("/page/1.0.180/1.0.120.json", few)).isEmpty();
    assertThat(page("/page/x/1.0.63.json", few)).isEmpty();
    assertThat(page("/page/1.0.0/.json", few)).isEmpty();
  }

  @Test
  void aPageIsNotTheWholeOfALargePackage() {
    PackageVersions many = versions(IntStream.range(0, 2_000));
    assertThat(page("/page/1.0.0/1.0.1999.json", many)).isEmpty();
  }
}
