package dev.countermark.format.swift.signature;

import static dev.countermark.format.swift.SwiftPki.INTERMEDIATE;
import static dev.countermark.format.swift.SwiftPki.LEAF;
import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftSamples;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.BERSequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the swift reference, section 4.2, as Swift 6.0.3 has it. */
class CmsSignatureTest {
  private static final byte[] CONTENT = utf8("content");

  /** A signature whose every part can be wrong on purpose. */
  private static final class Forged {
    SwiftPki.Signer signer = LEAF;
    ASN1ObjectIdentifier type = CMSObjectIdentifiers.signedData;
    int version = 1;
    ASN1Encodable digest = algorithm(NISTObjectIdentifiers.id_sha256);
    ASN1Encodable listedDigest;
    ASN1Encodable signature = algorithm(X9ObjectIdentifiers.ecdsa_with_SHA256);
    String javaAlgorithm = "SHA256withECDSA";
    ASN1Encodable content = new DERSequence(CMSObjectIdentifiers.data);
    List<ASN1Encodable> certificates;
    int signerVersion = 1;
    ASN1Encodable sid;
    ASN1Encodable signedAttributes;
    ASN1Encodable unsignedAttributes;
    int signers = 1;
    boolean revocations;

    static DERSequence algorithm(ASN1ObjectIdentifier oid) {
      return new DERSequence(oid);
    }

    byte[] bytes() throws Exception {
      return outer().getEncoded(ASN1Encoding.DER);
    }

    ASN1Sequence outer() throws Exception {
      ASN1EncodableVector info = new ASN1EncodableVector();
      info.add(new ASN1Integer(signerVersion));
      info.add(sid == null ? issuerAndSerial() : sid);
      info.add(digest);
      if (signedAttributes != null) {
        info.add(new DERTaggedObject(false, 0, signedAttributes));
      }
      info.add(signature);
      info.add(new DEROctetString(signer.sign(javaAlgorithm, CONTENT)));
      if (unsignedAttributes != null) {
        info.add(new DERTaggedObject(false, 1, unsignedAttributes));
      }
      ASN1EncodableVector infos = new ASN1EncodableVector();
      for (int i = 0; i < signers; i++) {
        infos.add(new DERSequence(info));
      }
      ASN1EncodableVector data = new ASN1EncodableVector();
      data.add(new ASN1Integer(version));
      data.add(new DERSet(listedDigest == null ? digest : listedDigest));
      data.add(content);
      if (certificates == null) {
        certificates = new ArrayList<>();
        for (var each : signer.withoutRoot()) {
          certificates.add(ASN1Sequence.getInstance(each.getEncoded()));
        }
      }
      if (!certificates.isEmpty()) {
        data.add(
            new DERTaggedObject(false, 0, new DERSet(certificates.toArray(ASN1Encodable[]::new))));
      }
      if (revocations) {
        data.add(new DERTaggedObject(false, 1, new DERSet()));
      }
      data.add(new DERSet(infos));
      return new DERSequence(
          new ASN1Encodable[] {type, new DERTaggedObject(true, 0, new DERSequence(data))});
    }

    ASN1Encodable issuerAndSerial() {
      return new DERSequence(
          new ASN1Encodable[] {
            X500Name.getInstance(signer.certificate().getIssuerX500Principal().getEncoded()),
            new ASN1Integer(signer.certificate().getSerialNumber())
          });
    }
  }

  private interface Change {
    void on(Forged forged) throws Exception;
  }

  private static byte[] forged(Change change) throws Exception {
    Forged forged = new Forged();
    change.on(forged);
    return forged.bytes();
  }

  private static void refused(String why, byte[] signature) {
    assertThatThrownBy(() -> CmsSignature.parse(signature))
        .isInstanceOf(MalformedSignatureException.class)
        .hasMessageContaining(why);
  }

  private static void genuine(byte[] signature) throws Exception {
    CmsSignature read = CmsSignature.parse(signature);
    assertThat(read.isGenuine(read.digestAlgorithm().hash(CONTENT))).isTrue();
    assertThat(read.isGenuine(read.digestAlgorithm().hash(utf8("other")))).isFalse();
  }

  @Test
  void directSignaturesPass() throws Exception {
    genuine(forged(f -> {}));
    genuine(SwiftSamples.sign(CONTENT, LEAF));
  }

  @Test
  void otherCurvesAndHashesOfSha2Pass() throws Exception {
    SwiftPki.Signer p384 = INTERMEDIATE.issue("CN=P-384", p -> p.curve("secp384r1"));
    for (SwiftPki.Signer signer : List.of(LEAF, p384)) {
      genuine(forged(f -> f.signer = signer));
      genuine(
          forged(
              f -> {
                f.signer = signer;
                f.digest = Forged.algorithm(NISTObjectIdentifiers.id_sha384);
                f.signature = Forged.algorithm(X9ObjectIdentifiers.ecdsa_with_SHA384);
                f.javaAlgorithm = "SHA384withECDSA";
              }));
    }
    genuine(
        forged(
            f -> {
              f.digest = Forged.algorithm(NISTObjectIdentifiers.id_sha512);
              f.signature = Forged.algorithm(X9ObjectIdentifiers.ecdsa_with_SHA512);
              f.javaAlgorithm = "SHA512withECDSA";
            }));
  }

  @Test
  void unsignedAttributesPassAndAreTold() throws Exception {
    byte[] signature =
        forged(
            f ->
                f.unsignedAttributes =
                    new DERSet(
                        new DERSequence(
                            new ASN1Encodable[] {
                              PKCSObjectIdentifiers.id_aa_signatureTimeStampToken,
                              new DERSet(new DERSequence())
                            })));
    genuine(signature);
    assertThat(CmsSignature.parse(signature).hasUnsignedAttributes()).isTrue();
    assertThat(CmsSignature.parse(forged(f -> {})).hasUnsignedAttributes()).isFalse();
  }

  @Test
  void signedAttributesFail() throws Exception {
    refused(
        "signed attributes",
        forged(
            f ->
                f.signedAttributes =
                    new DERSet(
                        new DERSequence(
                            new ASN1Encodable[] {
                              PKCSObjectIdentifiers.pkcs_9_at_contentType,
                              new DERSet(CMSObjectIdentifiers.data)
                            }))));
  }

  @Test
  void digestsWithNullFail() throws Exception {
    DERSequence withNull =
        new DERSequence(new ASN1Encodable[] {NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE});
    refused("mismatch", forged(f -> f.digest = withNull));
    refused("not listed", forged(f -> f.listedDigest = withNull));
    refused(
        "not by ECDSA",
        forged(
            f ->
                f.signature =
                    new DERSequence(
                        new ASN1Encodable[] {
                          X9ObjectIdentifiers.ecdsa_with_SHA256, DERNull.INSTANCE
                        })));
  }

  @Test
  void encodingsThatAreNotDerFail() throws Exception {
    byte[] der = forged(f -> {});
    byte[] indefinite =
        new BERSequence(
                new ASN1Encodable[] {
                  new Forged().outer().getObjectAt(0), new Forged().outer().getObjectAt(1)
                })
            .getEncoded();
    refused("no DER", indefinite);
    // A length in more bytes than it needs.
    byte[] longer = new byte[der.length + 1];
    longer[0] = der[0];
    longer[1] = (byte) 0x83;
    System.arraycopy(der, 2, longer, 3, der.length - 2);
    refused("not encoded by DER", longer);
    refused("", Arrays.copyOf(der, der.length + 1));
    refused("", Arrays.copyOf(der, der.length - 1));
    refused("", new byte[0]);
    refused("64 KiB", new byte[100_000]);
  }

  @Test
  void certificatesInAnotherOrderFail() throws Exception {
    byte[] der = forged(f -> {});
    byte[] first = LEAF.chain().get(0).getEncoded();
    byte[] second = LEAF.chain().get(1).getEncoded();
    boolean leafFirst = Arrays.compareUnsigned(first, second) < 0;
    byte[] swapped = new byte[first.length + second.length];
    System.arraycopy(
        leafFirst ? second : first, 0, swapped, 0, (leafFirst ? second : first).length);
    System.arraycopy(
        leafFirst ? first : second,
        0,
        swapped,
        (leafFirst ? second : first).length,
        (leafFirst ? first : second).length);
    int at = indexOf(der, leafFirst ? first : second);
    System.arraycopy(swapped, 0, der, at, swapped.length);
    refused("not in the order of DER", der);
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    return IntStream.range(0, bytes.length - part.length)
        .filter(i -> Arrays.equals(bytes, i, i + part.length, part, 0, part.length))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void signersByKeyIdentifierFail() throws Exception {
    refused(
        "not named by issuer",
        forged(
            f -> {
              f.signerVersion = 3;
              f.sid = new DERTaggedObject(false, 0, new DEROctetString(new byte[20]));
            }));
    refused("not named by issuer", forged(f -> f.signerVersion = 3));
    refused("version 1", forged(f -> f.version = 3));
  }

  @Test
  void attachedContentFails() throws Exception {
    refused(
        "detached",
        forged(
            f ->
                f.content =
                    new DERSequence(
                        new ASN1Encodable[] {
                          CMSObjectIdentifiers.data,
                          new DERTaggedObject(true, 0, new DEROctetString(CONTENT))
                        })));
    refused(
        "not of type data",
        forged(f -> f.content = new DERSequence(CMSObjectIdentifiers.envelopedData)));
  }

  @Test
  void missingCertificatesFail() throws Exception {
    refused("Unable to locate signing certificate", forged(f -> f.certificates = List.of()));
    refused(
        "Unable to locate signing certificate",
        forged(
            f ->
                f.certificates =
                    List.of(ASN1Sequence.getInstance(LEAF.chain().get(1).getEncoded()))));
    refused(
        "another kind",
        forged(f -> f.certificates = List.of(new DERTaggedObject(false, 1, new DERSequence()))));
    refused("revocation lists", forged(f -> f.revocations = true));
  }

  @Test
  void severalSignersFail() throws Exception {
    refused("exactly one signer", forged(f -> f.signers = 2));
    refused("exactly one signer", forged(f -> f.signers = 0));
    refused("no CMS SignedData", forged(f -> f.type = CMSObjectIdentifiers.envelopedData));
  }

  @Test
  void rsaFails() throws Exception {
    SwiftPki.Signer rsa = INTERMEDIATE.issue("CN=RSA", p -> p.curve("RSA"));
    for (ASN1ObjectIdentifier oid :
        List.of(
            PKCSObjectIdentifiers.rsaEncryption, PKCSObjectIdentifiers.sha256WithRSAEncryption)) {
      refused(
          "not by ECDSA",
          forged(
              f -> {
                f.signer = rsa;
                f.javaAlgorithm = "SHA256withRSA";
                f.signature = Forged.algorithm(oid);
              }));
    }
    refused(
        "not one for ECDSA",
        forged(
            f -> {
              f.signer = rsa;
              f.javaAlgorithm = "SHA256withRSA";
            }));
  }

  @Test
  void hashesThatDoNotMatchFail() throws Exception {
    refused(
        "not by ECDSA",
        forged(f -> f.signature = Forged.algorithm(X9ObjectIdentifiers.ecdsa_with_SHA384)));
    refused(
        "not hashed by SHA-2",
        forged(f -> f.digest = Forged.algorithm(new ASN1ObjectIdentifier("1.3.14.3.2.26"))));
  }

  static IntStream seeds() {
    return IntStream.range(0, 1_000);
  }

  /** No changed byte leaves a genuine signature by the same signer, and none ends in a surprise. */
  @ParameterizedTest
  @MethodSource("seeds")
  void damagedSignaturesAreNeverGenuine(int seed) throws Exception {
    byte[] good = SwiftSamples.sign(CONTENT, LEAF);
    byte[] bytes = good.clone();
    Random random = new Random(seed);
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    try {
      CmsSignature read = CmsSignature.parse(bytes);
      boolean sameSigner = read.signer().equals(LEAF.certificate());
      boolean genuine = read.isGenuine(read.digestAlgorithm().hash(CONTENT));
      boolean sameValue =
          new String(bytes, StandardCharsets.ISO_8859_1)
              .contains(
                  new String(
                      LEAF.sign(HashAlgorithm.SHA256.hash(CONTENT)), StandardCharsets.ISO_8859_1));
      assertThat(genuine && sameSigner && !sameValue).isFalse();
    } catch (MalformedSignatureException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
