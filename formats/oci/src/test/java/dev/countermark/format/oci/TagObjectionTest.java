package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TagObjectionTest {
  @ParameterizedTest
  @CsvSource({
    "1.0+2, the tag \"1.0+2\" has \"+\" at position 4",
    ".1, has \".\" at position 1: it begins with",
    "\u00e4, has U+00E4 at position 1",
    "'', the tag is empty"
  })
  void saysWhichCharacterOfWhichTag(String text, String why) {
    assertThat(Tag.parse(text)).isEmpty();
    assertThat(Tag.objection(text)).contains(why);
  }
}
