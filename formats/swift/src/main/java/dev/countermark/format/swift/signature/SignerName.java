package dev.countermark.format.swift.signature;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** What clients call the signer, after the subject of its certificate. */
public record SignerName(
    Optional<String> commonName,
    Optional<String> organizationalUnit,
    Optional<String> organization) {
  public static SignerName of(X509Certificate certificate) {
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    return new SignerName(
        first(subject, BCStyle.CN), first(subject, BCStyle.OU), first(subject, BCStyle.O));
  }

  private static Optional<String> first(X500Name name, ASN1ObjectIdentifier type) {
    RDN[] found = name.getRDNs(type);
    return found.length == 0
        ? Optional.empty()
        : Arrays.stream(found[0].getTypesAndValues())
            .filter(value -> value.getType().equals(type))
            .findFirst()
            .map(value -> text(value.getValue()));
  }

  /** What is no text, or claims to be UTF-8 and is not, is shown by its bytes (RFC 4514, 2.4). */
  private static String text(ASN1Encodable value) {
    try {
      return IETFUtils.valueToString(value);
    } catch (IllegalArgumentException e) {
      try {
        byte[] der = value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        return "#" + HexFormat.of().formatHex(der);
      } catch (IOException impossible) {
        throw new UncheckedIOException("encoding into memory", impossible);
      }
    }
  }

  /** As clients print it. */
  @Override
  public String toString() {
    return "SigningEntity[name=%s, organizationalUnit=%s, organization=%s]"
        .formatted(swift(commonName), swift(organizationalUnit), swift(organization));
  }

  private static String swift(Optional<String> value) {
    return value.map(text -> "Optional(\"" + text + "\")").orElse("nil");
  }
}
