package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Digests, names, tags and ranges: what is one, what is not, and nothing in between. */
class GrammarTest {
  private static final String HEX = "0123456789abcdef".repeat(4);

  /** The grammars as the specifications print them. */
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");

  private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

  static String[] digests() {
    return new String[] {"sha256:" + HEX, "sha512:" + HEX + HEX};
  }

  @ParameterizedTest
  @MethodSource("digests")
  void aDigestReadsBack(String text) {
    assertThat(Digest.parse(text)).map(Digest::toString).contains(text);
  }

  static String[] noDigests() {
    return new String[] {
      "",
      ":",
      "sha256",
      "sha256:",
      "sha256:" + HEX.substring(1),
      "sha256:" + HEX + "0",
      "sha256:" + HEX.toUpperCase(java.util.Locale.ROOT),
      "SHA256:" + HEX,
      "sha512:" + HEX,
      "sha384:" + HEX + HEX.substring(32),
      "sha256:" + HEX.substring(1) + "g",
      " sha256:" + HEX,
      "sha256:" + HEX + "\n",
      "sha256:../../" + HEX.substring(6)
    };
  }

  @ParameterizedTest
  @MethodSource("noDigests")
  void whatIsNoDigest(String text) {
    assertThat(Digest.parse(text)).isEmpty();
  }

  @Test
  void noDigestAtAll() {
    assertThat(Digest.parse(null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b", "a.b/c_d/e__f/g-h/i---j", "0/1/2"})
  void aName(String text) {
    assertThat(OciName.parse(text)).map(OciName::value).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "A",
        "a/B",
        "_a",
        "a_",
        "a___b",
        "a..b",
        ".",
        "..",
        "a/../b",
        "a/_manifests",
        "a b",
        "a\n",
        "a%2fb",
        "ä",
        "a.-b"
      })
  void noName(String text) {
    assertThat(OciName.parse(text)).isEmpty();
  }

  @Test
  void aNameHasAtMost255Characters() {
    assertThat(OciName.parse("a".repeat(255))).isPresent();
    assertThat(OciName.parse("a".repeat(256))).isEmpty();
  }

  @Test
  void aTagHasAtMost128Characters() {
    assertThat(Tag.parse("v".repeat(128))).isPresent();
    assertThat(Tag.parse("v".repeat(129))).isEmpty();
    assertThat(Tag.parse(null)).isEmpty();
  }

  @Test
  void namesAndTagsAreThoseOfTheSpecification() {
    Random random = new Random(20_261_124);
    String alphabet = "ab0._-/AZ \u00e4";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n >= 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String candidate = text.toString();
      assertThat(OciName.parse(candidate).isPresent())
          .as(candidate)
          .isEqualTo(NAME.matcher(candidate).matches());
      assertThat(Tag.parse(candidate).isPresent())
          .as(candidate)
          .isEqualTo(TAG.matcher(candidate).matches());
    }
  }

  @Test
  void aSignatureTagNamesItsSubject() {
    Digest subject = Digest.of("sha256:" + HEX);
    String tag = SignatureTags.signature(subject).orElseThrow();
    assertThat(tag).isEqualTo("sha256-" + HEX + ".sig");
    assertThat(SignatureTags.parse(tag)).contains(new SignatureTags(subject, "sig"));
    assertThat(SignatureTags.signature(Digest.of("sha512:" + HEX + HEX))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "latest", "sha256-.sig", "sha256-0.sig", "sha512-0.sig"})
  void noSignatureTag(String tag) {
    assertThat(SignatureTags.parse(tag)).isEmpty();
    assertThat(SignatureTags.parse("sha256-" + HEX)).isEmpty();
    assertThat(SignatureTags.parse("sha256-" + HEX + ".other")).isEmpty();
  }

  @Test
  void noTextIsTooStrange() {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      char[] characters = new char[random.nextInt(200)];
      for (int c = 0; c < characters.length; c++) {
        characters[c] = (char) random.nextInt(random.nextBoolean() ? 128 : 65_536);
      }
      String text = new String(characters);
      assertThatCode(
              () -> {
                Digest.parse(text);
                OciName.parse(text);
                Tag.parse(text);
                SignatureTags.parse(text);
              })
          .doesNotThrowAnyException();
    }
  }
}
