package dev.countermark.format.nuget.signature;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.TestTsa;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class PackageSignatureFuzzTest {
  static Stream<byte[]> seeds() throws Exception {
    byte[] hash = new byte[32];
    ForgedSignature countersigned = ForgedSignature.author(hash);
    countersigned.countersigned(ForgedSignature.countersignature());
    countersigned.timestamp = new TestTsa()::token;
    return Stream.of(ForgedSignature.repository(hash).p7s(), countersigned.p7s());
  }

  /** A signature that was read can be asked everything. */
  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] p7s) {
    try {
      PackageSignature signature = PackageSignature.parse(p7s);
      signature.isPrimaryGenuine();
      signature.repositorySigner().ifPresent(signature::isGenuine);
      for (SignerView signer :
          Stream.concat(Stream.of(signature.primary()), signature.countersigners().stream())
              .toList()) {
        signature.isGenuine(signer);
        signer.timestamps();
        signer.certificateReferenceObjection();
        signer.hasContentType();
      }
    } catch (MalformedSignatureException e) {
      // said what is wrong
    }
  }
}
