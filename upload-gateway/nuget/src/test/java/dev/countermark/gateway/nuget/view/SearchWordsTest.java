package dev.countermark.gateway.nuget.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.metadata.Nuspec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By which words a package is found. */
class SearchWordsTest {
  private final SearchIndex index = new SearchIndex("acme");

  @BeforeEach
  void addPackages() throws Exception {
    add("Acme.EntityFramework.SqlServer");
    add("Other.Thing");
  }

  @AfterEach
  void removeIndex() {
    index.close();
  }

  private void add(String id) throws Exception {
    String nuspec =
        "<package><metadata><id>%s</id><version>1.0.0</version><authors>a</authors>".formatted(id)
            + "<description>d</description></metadata></package>";
    String lower = id.toLowerCase(Locale.ROOT);
    VersionView version =
        new VersionView(
            new Identity(lower, "1.0.0"),
            Nuspec.parse(nuspec.getBytes(StandardCharsets.UTF_8)),
            true,
            Instant.EPOCH,
            1,
            "",
            false,
            false,
            false,
            "AB",
            1,
            1);
    index.update(lower, PackageVersions.of(List.of(version)));
  }

  private List<String> find(String text) {
    SearchRequest request = new SearchRequest(text, 0, 20, false, false, Optional.empty());
    return index.search(request).page().stream().map(Found::lowerId).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acme.entityframework.sqlserver",
        "Acme.Entity",
        "EntityFramework",
        "entityframework",
        "entityframe",
        "framework",
        "sqlserver",
        "server sql",
        "entityframework sqlserver",
        "EntityFramework.SqlServer",
        "id:entityframework",
        "acme.entity*",
        "*framework*",
        "acme*sqlserver",
        "id:entity*"
      })
  void everyPartOfAnIdFindsIt(String text) {
    assertThat(find(text)).containsExactly("acme.entityframework.sqlserver");
  }

  @Test
  void whatIsFoundIsDrawnForBeforeItIsTakenApart() throws Exception {
    for (int i = 0; i < 100; i++) {
      add("Acme.Many" + i);
    }
    SearchRequest all = new SearchRequest("", 0, 1_000, false, false, Optional.empty());
    long[] drawn = new long[1];

    assertThat(index.search(all, bytes -> drawn[0] += bytes).page()).hasSize(102);

    assertThat(drawn[0]).isGreaterThan(8 << 10);
    assertThatThrownBy(
            () ->
                index.search(
                    all,
                    bytes -> {
                      throw new IllegalStateException("no memory");
                    }))
        .hasMessage("no memory");
  }

  @Test
  void starsAloneFindEverything() {
    assertThat(find("*")).hasSameSizeAs(find("")).isNotEmpty();
    assertThat(find(" ** * ")).hasSameSizeAs(find(""));
  }

  @Test
  void otherWordsDoNot() {
    assertThat(find("entityserver*")).isEmpty();
    assertThat(find("entityserver")).isEmpty();
    assertThat(find("ntityframework")).isEmpty();
  }
}
