package dev.countermark.format.nuget.signature;

import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;

/**
 * One exchange with a timestamp authority (RFC 3161); whoever uses it carries the bytes there and
 * back.
 *
 * @see "nuget reference, section 2.7"
 */
public final class Timestamping {
  /** Media type of {@link #request}. */
  public static final String REQUEST_TYPE = "application/timestamp-query";

  private static final int NONCE_BYTES = 32;

  private final TimeStampRequest request;

  /**
   * @param signatureValue what the token shall be about
   */
  public Timestamping(byte[] signatureValue, SecureRandom random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    nonce[0] &= 0x7F;
    TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
    generator.setCertReq(true);
    this.request =
        generator.generate(
            TSPAlgorithms.SHA256, HashAlgorithm.SHA256.hash(signatureValue), new BigInteger(nonce));
  }

  /** What to send, DER. */
  public byte[] request() {
    try {
      return request.getEncoded();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("encoding into memory", e);
    }
  }

  /**
   * Takes the token out of the answer.
   *
   * @param response as received
   * @return the token, DER
   * @throws MalformedSignatureException when the answer is not one to this request, or a refusal
   */
  public byte[] token(byte[] response) throws MalformedSignatureException {
    try {
      TimeStampResponse answer = new TimeStampResponse(response);
      answer.validate(request);
      if (answer.getTimeStampToken() == null) {
        throw new MalformedSignatureException(
            "", "The timestamp authority refused: " + answer.getStatusString() + ".");
      }
      return answer.getTimeStampToken().getEncoded("DER");
    } catch (TSPException | IOException | RuntimeException e) {
      throw new MalformedSignatureException(
          "", "The timestamp authority's answer is not valid: " + e.getMessage() + ".", e);
    }
  }
}
