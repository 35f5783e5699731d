package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SwiftNamesTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  private final SwiftNames names = new SwiftNames();

  @ParameterizedTest
  @ValueSource(strings = {"mona.linkedlist/1.1.1", "a-b.c_d-e/1.0.0-rc.1+build.7"})
  void releases(String name) {
    assertThat(names.objection(REPOSITORY, name, DIGEST)).isEmpty();
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
  void refusesANameThatIsNotOneOfARelease(String name) {
    assertThat(names.objection(REPOSITORY, name, DIGEST)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256:abc", "sha512:00", "sha256:../../../tokens"})
  void refusesADigestThatIsNotOne(String digest) {
    assertThat(names.objection(REPOSITORY, "mona.linkedlist/1.0.0", digest)).isPresent();
  }

  @Test
  void refusesADigestInUpperCase() {
    assertThat(names.objection(REPOSITORY, "mona.linkedlist/1.0.0", DIGEST.toUpperCase()))
        .isPresent();
  }
}
