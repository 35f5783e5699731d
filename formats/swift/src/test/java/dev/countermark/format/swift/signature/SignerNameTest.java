package dev.countermark.format.swift.signature;

import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftSamples;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SignerNameTest {
  /**
   * Found by fuzzing. Anybody can publish with such a certificate: its name is shown, not thrown.
   */
  @Test
  void aNameThatIsNotUtf8IsShownByItsBytes() throws Exception {
    byte[] cms = SwiftSamples.sign(utf8("content"), SwiftPki.LEAF);
    int name = new String(cms, StandardCharsets.ISO_8859_1).indexOf("acme/app package signing");
    cms[name] = (byte) 0xFF;

    SignerName signer = SignerName.of(CmsSignature.parse(cms).signer());

    assertThat(signer.commonName()).hasValueSatisfying(n -> assertThat(n).startsWith("#0c18ff"));
    assertThat(signer.organization()).contains("Example");
  }
}
