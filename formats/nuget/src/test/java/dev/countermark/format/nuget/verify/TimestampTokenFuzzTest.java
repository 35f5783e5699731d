package dev.countermark.format.nuget.verify;

import static dev.countermark.format.nuget.TestPki.NOW;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.nuget.TestTsa;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class TimestampTokenFuzzTest {
  private static final byte[] SIGNATURE = new byte[384];

  static Stream<byte[]> seeds() {
    return Stream.of(new TestTsa().token(SIGNATURE));
  }

  /** A token comes from an authority on the internet: every answer is judged, none breaks. */
  @MethodSource("seeds")
  @FuzzTest
  void judges(byte[] token) {
    TimestampCheck.objection(token, SIGNATURE, NOW);
  }
}
