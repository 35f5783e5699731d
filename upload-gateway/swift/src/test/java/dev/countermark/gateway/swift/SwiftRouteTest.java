package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.swift.SwiftRoute.Kind;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SwiftRouteTest {
  @ParameterizedTest
  @CsvSource({
    "'', BASE, , ",
    "login, LOGIN, , ",
    "availability, AVAILABILITY, , ",
    "identifiers, IDENTIFIERS, , ",
    "mona/List, PACKAGE, List, ",
    "mona/List.json, PACKAGE, List, ",
    "mona/List/1.0.0, RELEASE, List, 1.0.0",
    "mona/List/1.0.0.json, RELEASE, List, 1.0.0",
    "mona/List/1.0.0.zip, ARCHIVE, List, 1.0.0",
    "mona/List/1.0.0-a.b+c.zip, ARCHIVE, List, 1.0.0-a.b+c",
    "mona/List/1.0.0/Package.swift, MANIFEST, List, 1.0.0",
    "submissions/mona/List/1.0.0/01234567-89ab-cdef-0123-456789abcdef, SUBMISSION, List, 1.0.0"
  })
  void knowsEveryAddress(String path, Kind kind, String name, String version) {
    SwiftRoute route = SwiftRoute.parse(path).orElseThrow();

    assertThat(route.kind()).isEqualTo(kind);
    assertThat(route.name()).isEqualTo(name);
    assertThat(route.version()).isEqualTo(version);
    if (version != null) {
      assertThat(route.identity()).contains(new Identity("mona", "list", version));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mona",
        "Login",
        "mona/List/1.0.0/Package@swift-5.9.swift",
        "mona/List/1.0.0/package.swift",
        "mona/List/1.0.0/Package.swift/",
        "submissions/mona/List/1.0.0/1",
        "a/b/c/d/e/f",
        "/"
      })
  void nothingIsElsewhere(String path) {
    assertThat(SwiftRoute.parse(path).flatMap(SwiftRoute::identity)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mona//1.0.0",
        "-mona/List/1.0.0",
        "mona-/List/1.0.0",
        "mo--na/List/1.0.0",
        "mo_na/List/1.0.0",
        "mona/_List/1.0.0",
        "mona/Li__st/1.0.0",
        "mona/Li.st/1.0.0",
        "mona/\u212aist/1.0.0",
        "mona/Lıst/1.0.0",
        "../List/1.0.0",
        "login/List/1.0.0",
        "SUBMISSIONS/List/1.0.0",
        "mona/List/v1.0.0",
        "mona/List/1.0",
        "mona/List/01.0.0",
        "mona/List/1.0.0-01",
        "mona/List/1.0.0-",
        "mona/List/1.0.0+",
        "mona/List/1.0.0-a.zip",
        "mona/List/1.0.0.zip",
        "mona/List/1.0.0.json",
        "mona/List/1.0.0-a.json",
        "mona/List/..",
        "mona/List/"
      })
  void nothingIsPublishedUnderABadName(String path) {
    assertThatThrownBy(() -> SwiftRoute.parse(path).orElseThrow().published(path))
        .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(422));
  }

  @Test
  void lengthsHaveLimits() {
    assertThat(identity("a".repeat(39), "b".repeat(100), "1.0.0")).isPresent();
    assertThat(identity("a".repeat(40), "b", "1.0.0")).isEmpty();
    assertThat(identity("a", "b".repeat(101), "1.0.0")).isEmpty();
    assertThat(identity("a", "b", "1.0.0-" + "c".repeat(200))).isEmpty();
  }

  private static Optional<Identity> identity(String scope, String name, String version) {
    return SwiftRoute.parse(scope + "/" + name + "/" + version).flatMap(SwiftRoute::identity);
  }

  @Test
  void anyPathIsReadAndNamesOnlySoundPackages() {
    Random random = new Random(7);
    String[] words = {
      "a",
      "B",
      "..",
      "",
      ".zip",
      ".json",
      "1.0.0",
      "-",
      "_",
      "Package.swift",
      "submissions",
      "login",
      "\u212a",
      "%2f",
      "\0",
      "+",
      "0",
      "é"
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder path = new StringBuilder();
      for (int n = random.nextInt(8); n > 0; n--) {
        path.append(words[random.nextInt(words.length)]);
        path.append(random.nextBoolean() ? "/" : "");
      }
      SwiftRoute.parse(path.toString())
          .filter(r -> r.version() != null)
          .flatMap(SwiftRoute::identity)
          .ifPresent(
              identity -> assertThat(Identity.parse(identity.toString())).contains(identity));
    }
  }
}
