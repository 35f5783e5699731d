package dev.countermark.gateway.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
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
                ByteRange.request(text, 100);
                ByteRange.chunk(text);
              })
          .doesNotThrowAnyException();
    }
  }
}
