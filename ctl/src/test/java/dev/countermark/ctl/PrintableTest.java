package dev.countermark.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void keepsTextOfAnyLanguage() {
    assertThat(Printable.of("O=Müller, CN=署名 \uD83D\uDE00"))
        .isEqualTo("O=Müller, CN=署名 \uD83D\uDE00");
  }

  @Test
  void defusesWhatSteersATerminal() {
    assertThat(Printable.of("a\u001b[2Jb\nc\u009bd\u202ee\u2028f\u0000g\uD800"))
        .isEqualTo("a?[2Jb?c?d?e?f?g?");
  }
}
