package dev.countermark.format.nuget;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/** A timestamp authority that can do its work badly. */
public final class TestTsa {
  public static final KeyPair ROOT_KEY = TestPki.rsa(2048);
  public static final X509Certificate ROOT =
      TestPki.root("CN=Test Timestamp Root,O=Example", ROOT_KEY);
  private static final KeyPair KEY = TestPki.rsa(2048);

  public X509Certificate certificate = certificate(p -> p);
  public KeyPair key = KEY;
  public String signatureAlgorithm = "SHA256withRSA";
  public ASN1ObjectIdentifier imprintAlgorithm = TSPAlgorithms.SHA256;
  public Instant time = TestPki.NOW;
  public boolean withCertificates = true;
  public boolean withChain = true;
  public boolean aboutSomethingElse;
  public boolean spoiled;

  /** A certificate of an authority, unless {@code change} spoils it. */
  public static X509Certificate certificate(UnaryOperator<TestPki.Profile> change) {
    return TestPki.leaf(
        p ->
            change.apply(
                p.key(KEY)
                    .issuer(ROOT, ROOT_KEY, "SHA256withRSA")
                    .subject("CN=Test Timestamp Authority,O=Example")
                    .purposes(KeyPurposeId.id_kp_timeStamping)));
  }

  /** The answer to a request over HTTP would carry this token, DER. */
  public byte[] token(byte[] signatureValue) {
    try {
      String hash = imprintAlgorithm.equals(TSPAlgorithms.SHA1) ? "SHA-1" : "SHA-256";
      byte[] imprint =
          MessageDigest.getInstance(hash).digest(aboutSomethingElse ? new byte[1] : signatureValue);
      TimeStampRequestGenerator asking = new TimeStampRequestGenerator();
      asking.setCertReq(withCertificates);
      TimeStampRequest request = asking.generate(imprintAlgorithm, imprint, BigInteger.TEN);
      return token(request);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The whole answer to a request over HTTP, DER. */
  public byte[] answer(byte[] request) throws Exception {
    return new TimeStampResp(
            new PKIStatusInfo(PKIStatus.granted),
            ContentInfo.getInstance(
                ASN1Primitive.fromByteArray(token(new TimeStampRequest(request)))))
        .getEncoded("DER");
  }

  /** The answer of an authority that does not want to, DER. */
  public static byte[] refusal() throws Exception {
    return new TimeStampResp(
            new PKIStatusInfo(
                PKIStatus.rejection, null, new PKIFailureInfo(PKIFailureInfo.systemFailure)),
            null)
        .getEncoded("DER");
  }

  /** Answers a request with a token, DER. */
  public byte[] token(TimeStampRequest request) throws Exception {
    TimeStampTokenGenerator generator =
        new TimeStampTokenGenerator(
            new JcaSimpleSignerInfoGeneratorBuilder()
                .build(signatureAlgorithm, key.getPrivate(), certificate),
            new JcaDigestCalculatorProviderBuilder()
                .build()
                .get(new org.bouncycastle.asn1.x509.AlgorithmIdentifier(TSPAlgorithms.SHA256)),
            new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"));
    generator.addCertificates(
        new JcaCertStore(withChain ? List.of(certificate, ROOT) : List.of(certificate)));
    byte[] token = generator.generate(request, BigInteger.ONE, Date.from(time)).getEncoded("DER");
    if (spoiled) {
      token[token.length - 10] ^= 1;
    }
    return token;
  }
}
