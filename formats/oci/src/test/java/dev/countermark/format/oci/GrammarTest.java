package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0,1000,0,0",
    "bytes=500-1499,2000,500,1499",
    "bytes=500-,2000,500,1999",
    "bytes=-500,2000,1500,1999",
    "bytes=-5000,2000,0,1999",
    "bytes=1999-5000,2000,1999,1999",
    "bytes=0-999999999999999999,2000,0,1999"
  })
  void aRange(String header, long length, long first, long last) {
    assertThat(ByteRange.request(header, length))
        .isEqualTo(new ByteRange.Request.Part(new ByteRange(first, last)));
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=2000-,2000",
    "bytes=5000-10000,2000",
    "bytes=500-0,2000",
    "bytes=-0,2000",
    "bytes=0-0,0",
    "bytes=-1,0"
  })
  void aRangeThatIsNotThere(String header, long length) {
    assertThat(ByteRange.request(header, length)).isEqualTo(new ByteRange.Request.Unsatisfiable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=0-1,3-4",
        "items=0-1",
        "bytes=a-b",
        "bytes=99999999999999999999-"
      })
  void whateverElseIsNoRange(String header) {
    assertThat(ByteRange.request(header, 2000)).isEqualTo(new ByteRange.Request.Whole());
  }

  @Test
  void aRangeNeverLeavesTheBlob() {
    Random random = new Random(7);
    for (int i = 0; i < 50_000; i++) {
      long length = random.nextInt(50);
      String header =
          "bytes="
              + (random.nextBoolean() ? random.nextInt(60) : "")
              + "-"
              + (random.nextBoolean() ? random.nextInt(60) : "");
      if (ByteRange.request(header, length) instanceof ByteRange.Request.Part part) {
        assertThat(part.range().first()).as(header).isBetween(0L, length - 1);
        assertThat(part.range().last()).as(header).isBetween(part.range().first(), length - 1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0-0,1", "10-19,10", " 5-9 ,5"})
  void aChunk(String header, long length) {
    assertThat(ByteRange.chunk(header)).map(ByteRange::length).contains(length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "5-4", "5-", "-5", "bytes 0-1/2", "bytes=0-1", "0-1/2", "a-b"})
  void noChunk(String header) {
    assertThat(ByteRange.chunk(header)).isEmpty();
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
                ByteRange.request(text, 100);
                ByteRange.chunk(text);
                SignatureTags.parse(text);
              })
          .doesNotThrowAnyException();
    }
  }
}
