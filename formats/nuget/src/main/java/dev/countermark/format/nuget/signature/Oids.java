package dev.countermark.format.nuget.signature;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** The attributes that NuGet itself defined (nuget reference, section 2.2). */
final class Oids {
  static final ASN1ObjectIdentifier SERVICE_INDEX =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.311.84.2.1.1.1");
  static final ASN1ObjectIdentifier OWNERS = new ASN1ObjectIdentifier("1.3.6.1.4.1.311.84.2.1.1.2");

  private Oids() {}
}
