package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import java.security.cert.CertificateEncodingException;
import java.time.Clock;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class SwiftSettingsFormFuzzTest {
  private static final SwiftSettingsForm FORM = new SwiftSettingsForm(Clock.systemUTC());

  static Stream<byte[]> seeds() throws CertificateEncodingException {
    String root = Base64.getEncoder().encodeToString(SwiftPki.ROOT.certificate().getEncoded());
    return Stream.of(
        Form.utf8("{\"archives\":\"embed\",\"authorRoots\":[\"" + root + "\"]}"),
        Form.utf8("{\"anonymousRead\":true,\"authors\":\"keep-author\"}"));
  }

  /** Certificates of authors come from administrators of repositories, who are strangers, too. */
  @MethodSource("seeds")
  @FuzzTest
  void takesOrRefuses(byte[] json) {
    try {
      SwiftSettings settings = FORM.settings(StrictJson.read(json, FORM.body()));
      assertThat(FORM.shown(settings)).isNotNull();
    } catch (ProblemException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }
}
