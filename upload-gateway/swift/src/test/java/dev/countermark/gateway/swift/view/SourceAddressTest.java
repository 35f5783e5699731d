package dev.countermark.gateway.swift.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://git.test/Mona/List",
        "https://git.test/mona/list.git",
        "https://git.test/mona/list/",
        "https://git.test:443/mona/list.git/",
        "http://git.test:80/mona/list",
        "https://user:secret@git.test/mona/list?x#y",
        "git+https://git.test/mona/list",
        "ssh://git@git.test/mona/list.git",
        "ssh://git@git.test:22/mona/list.git",
        "git://git.test:9418/mona/list",
        "git@git.test:mona/list.git",
        "git.test:/mona/list",
        "  HTTPS://GIT.TEST/MONA/LIST.GIT  ",
      })
  void oneRepositoryHasManyAddresses(String address) {
    assertThat(SourceAddress.normalized(address)).contains("git.test/mona/list");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "mona", "https://git.test", "https://git.test/", "://x", "/a/b"})
  void otherTextsAreNone(String address) {
    assertThat(SourceAddress.normalized(address)).isEmpty();
  }

  @Test
  void anotherPortIsAnotherServer() {
    assertThat(SourceAddress.normalized("https://git.test:8443/a/b")).contains("git.test:8443/a/b");
    assertThat(SourceAddress.normalized("ssh://git@git.test:443/a/b")).contains("git.test:443/a/b");
  }

  @Test
  void endsOnAnyText() {
    Random random = new Random(6);
    String alphabet = "ab:/@.?#git+htps %\u212a";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(40); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      SourceAddress.normalized(text.toString())
          .ifPresent(found -> assertThat(found).contains("/").doesNotEndWith("/"));
    }
    assertThat(SourceAddress.normalized("https://a/" + "b".repeat(3_000))).isEmpty();
    assertThat(SourceAddress.normalized("a@".repeat(900))).isEmpty();
  }
}
