package dev.countermark.format.swift.signature;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
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
            .map(value -> IETFUtils.valueToString(value.getValue()));
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
