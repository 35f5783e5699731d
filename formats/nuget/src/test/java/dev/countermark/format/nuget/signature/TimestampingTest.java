package dev.countermark.format.nuget.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.nuget.TestTsa;
import java.security.SecureRandom;
import java.util.List;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.tsp.TimeStampRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampingTest {
  private static final byte[] VALUE = {1, 2, 3};
  private static final PKIStatusInfo GRANTED = new PKIStatusInfo(PKIStatus.granted);

  private final Timestamping timestamping = new Timestamping(VALUE, new SecureRandom());

  private static byte[] answer(byte[] request) throws Exception {
    byte[] token = new TestTsa().token(new TimeStampRequest(request));
    return new TimeStampResp(GRANTED, ContentInfo.getInstance(token)).getEncoded("DER");
  }

  @Test
  void asksForTheHashWithANonceAndForCertificates() throws Exception {
    TimeStampRequest request = new TimeStampRequest(timestamping.request());
    assertThat(request.getMessageImprintDigest()).isEqualTo(HashAlgorithm.SHA256.hash(VALUE));
    assertThat(request.getCertReq()).isTrue();
    assertThat(request.getNonce()).isPositive();
    assertThat(request.getNonce().bitLength()).isBetween(200, 255);
    assertThat(new Timestamping(VALUE, new SecureRandom()).request())
        .isNotEqualTo(timestamping.request());
  }

  @Test
  void takesTheTokenOutOfTheAnswer() throws Exception {
    byte[] token = timestamping.token(answer(timestamping.request()));
    assertThat(token).startsWith(0x30, 0x82);
  }

  @Test
  void refusesTheAnswerToAnotherRequest() throws Exception {
    List<Timestamping> others =
        List.of(
            new Timestamping(VALUE, new SecureRandom()),
            new Timestamping(new byte[1], new SecureRandom()));
    for (Timestamping other : others) {
      byte[] answer = answer(other.request());
      assertThatThrownBy(() -> timestamping.token(answer))
          .isInstanceOf(MalformedSignatureException.class);
    }
  }

  @Test
  void refusesARefusal() throws Exception {
    PKIStatusInfo rejection =
        new PKIStatusInfo(
            PKIStatus.rejection, null, new PKIFailureInfo(PKIFailureInfo.systemFailure));
    byte[] answer = new DERSequence(rejection).getEncoded();
    assertThatThrownBy(() -> timestamping.token(answer))
        .isInstanceOf(MalformedSignatureException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 1000})
  void refusesWhatIsNoAnswer(int length) {
    assertThatThrownBy(() -> timestamping.token(new byte[length]))
        .isInstanceOf(MalformedSignatureException.class);
  }
}
