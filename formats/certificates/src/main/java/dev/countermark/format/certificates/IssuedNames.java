package dev.countermark.format.certificates;

import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;

/** Whether issuers gave only names that they may give (RFC 5280, 4.2.1.10 and 6.1.3). */
public final class IssuedNames {
  private IssuedNames() {}

  /**
   * False also when the names cannot be read.
   *
   * @param path from the signer's certificate on
   */
  public static boolean arePermitted(List<X509Certificate> path) {
    if (path.stream().allMatch(c -> value(c, Extension.nameConstraints) == null)) {
      return true;
    }
    PKIXNameConstraintValidator validator = new PKIXNameConstraintValidator();
    try {
      for (int i = path.size() - 1; i >= 0; i--) {
        if (i < path.size() - 1) {
          check(path.get(i), validator);
        }
        constrain(path.get(i), validator);
      }
      return true;
    } catch (NameConstraintValidatorException | RuntimeException e) {
      // Bouncy Castle throws unchecked exceptions of many kinds for structures that it cannot read.
      return false;
    }
  }

  private static void check(X509Certificate certificate, PKIXNameConstraintValidator validator)
      throws NameConstraintValidatorException {
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    validator.checkPermittedDN(subject);
    validator.checkExcludedDN(subject);
    byte[] others = value(certificate, Extension.subjectAlternativeName);
    if (others != null) {
      for (GeneralName name : GeneralNames.getInstance(others).getNames()) {
        validator.checkPermitted(name);
        validator.checkExcluded(name);
      }
    }
  }

  private static void constrain(
      X509Certificate certificate, PKIXNameConstraintValidator validator) {
    byte[] value = value(certificate, Extension.nameConstraints);
    if (value == null) {
      return;
    }
    NameConstraints constraints = NameConstraints.getInstance(value);
    if (constraints.getPermittedSubtrees() != null) {
      validator.intersectPermittedSubtree(constraints.getPermittedSubtrees());
    }
    if (constraints.getExcludedSubtrees() != null) {
      for (GeneralSubtree subtree : constraints.getExcludedSubtrees()) {
        validator.addExcludedSubtree(subtree);
      }
    }
  }

  private static byte[] value(X509Certificate certificate, ASN1ObjectIdentifier extension) {
    byte[] value = certificate.getExtensionValue(extension.getId());
    return value == null ? null : ASN1OctetString.getInstance(value).getOctets();
  }
}
