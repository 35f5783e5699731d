package dev.countermark.format.swift.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is cut off is not deep, and what is deep is not cut off. */
class NestingTest {
  private static String refusal(byte[] der) {
    try {
      CmsSignature.parse(der);
      return "none";
    } catch (MalformedSignatureException e) {
      return e.getMessage();
    }
  }

  /** Sequences in each other, from the innermost on. */
  private static byte[] nested(int depth) {
    byte[] all = new byte[2 * depth];
    for (int i = 0; i < depth; i++) {
      all[2 * i] = 0x30;
      all[2 * i + 1] = (byte) (2 * (depth - 1 - i));
    }
    return all;
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(refusal(new byte[0])).isEqualTo("The signature is empty.");
    assertThat(refusal(nested(40)))
        .isEqualTo("The signature has more than 32 values in each other.");
    assertThat(refusal(Arrays.copyOf(nested(20), 30)))
        .isEqualTo("The signature is cut off: a value is longer than what is there.");
    assertThat(refusal(new byte[] {0x30, (byte) 0x80, 0, 0})).isEqualTo("The signature is no DER.");
    assertThat(refusal(nested(20))).isEqualTo("The signature is not a CMS signature.");
  }
}
