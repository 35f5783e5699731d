package dev.countermark.format.nuget.verify;

import static dev.countermark.format.nuget.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.zip.ByteSource;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class PackageVerifierFuzzTest {
  private static final byte[] UNSIGNED = SignedPackages.unsigned("Acme");
  private static final VerificationPolicy POLICY =
      VerificationPolicy.builder(VerificationMode.VERIFY, NOW)
          .codeSigningRoots(List.of(TestPki.ROOT))
          .timestampRoots(List.of(TestTsa.ROOT))
          .build();

  static Stream<byte[]> seeds() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(UNSIGNED);
    ForgedSignature countersigned = ForgedSignature.author(hash);
    countersigned.countersigned(ForgedSignature.countersignature());
    countersigned.timestamp = new TestTsa()::token;
    return Stream.of(ForgedSignature.repository(hash).p7s(), countersigned.p7s());
  }

  /** Whatever the signature entry holds, there is a report. */
  @MethodSource("seeds")
  @FuzzTest
  void reports(byte[] p7s) throws Exception {
    ByteSource source = ByteSource.of(UNSIGNED);
    ByteSource signed = PackageArchive.read(source).withSignature(p7s, 0).over(source);
    VerificationReport report = new PackageVerifier().verify(signed, POLICY);
    assertThat(report.accepted()).isEqualTo(!report.hasErrors());
  }
}
