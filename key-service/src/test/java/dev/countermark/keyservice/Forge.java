package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes authorities as others make them, right ones and wrong ones. */
public final class Forge {
  private static final AtomicLong SERIALS = new AtomicLong();

  /** Knows more algorithms than the JDK. */
  private static final Provider PROVIDER = new BouncyCastleProvider();

  private Forge() {}

  /** A certificate and its key. */
  public record Issued(KeyPair keys, X509Certificate certificate) {}

  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair ec() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a certificate shall be like; as made by {@link #authority}, a good authority. */
  public static final class Request {
    private final String name;
    private KeyPair keys;
    private BasicConstraints constraints = new BasicConstraints(true);
    private int usage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
    private KeyPurposeId purpose;
    private String signature = "SHA256withRSA";
    private byte[] identifier;
    private boolean alternativeName;
    private Instant notBefore = Instant.parse("2026-01-01T00:00:00Z");
    private Instant notAfter = Instant.parse("2046-01-01T00:00:00Z");

    private Request(String name) {
      this.name = name;
    }

    Request keys(KeyPair pair) {
      keys = pair;
      return this;
    }

    Request constraints(BasicConstraints value) {
      constraints = value;
      return this;
    }

    Request usage(int bits) {
      usage = bits;
      return this;
    }

    Request purpose(KeyPurposeId id) {
      purpose = id;
      return this;
    }

    Request signature(String algorithm) {
      signature = algorithm;
      return this;
    }

    Request identifier(byte[] value) {
      identifier = value;
      return this;
    }

    Request criticalAlternativeName() {
      alternativeName = true;
      return this;
    }

    Request validity(Instant from, Duration time) {
      notBefore = from;
      notAfter = from.plus(time);
      return this;
    }

    /** Signed with its own key. */
    public Issued selfSigned() {
      KeyPair own = own();
      return new Issued(own, certificate(own, "CN=" + name, own.getPrivate()));
    }

    Issued issuedBy(Issued issuer) {
      KeyPair own = own();
      String by = issuer.certificate().getSubjectX500Principal().getName();
      return new Issued(own, certificate(own, by, issuer.keys().getPrivate()));
    }

    private KeyPair own() {
      return keys == null ? rsa(2_048) : keys;
    }

    private X509Certificate certificate(KeyPair own, String issuer, PrivateKey by) {
      try {
        JcaX509v3CertificateBuilder builder =
            new JcaX509v3CertificateBuilder(
                new X500Principal(issuer),
                BigInteger.valueOf(SERIALS.incrementAndGet()),
                Date.from(notBefore),
                Date.from(notAfter),
                new X500Principal("CN=" + name),
                own.getPublic());
        builder.addExtension(Extension.basicConstraints, true, constraints);
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        if (purpose != null) {
          builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        }
        if (identifier != null) {
          builder.addExtension(
              Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(identifier));
        }
        if (alternativeName) {
          builder.addExtension(
              Extension.subjectAlternativeName,
              true,
              new GeneralNames(new GeneralName(GeneralName.dNSName, "example.org")));
        }
        return Certificates.of(
            builder.build(new JcaContentSignerBuilder(signature).setProvider(PROVIDER).build(by)));
      } catch (IOException | OperatorCreationException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  public static Request authority(String name) {
    return new Request(name);
  }

  public static byte[] pem(KeyPair keys) {
    return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
  }

  public static byte[] pem(Issued... chain) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Issued each : chain) {
      all.writeBytes(pem("CERTIFICATE", Certificates.encode(each.certificate()).toArray()));
    }
    return all.toByteArray();
  }

  static byte[] pem(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
        .formatted(label, base64)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** A key with its chain. */
  public static byte[] pkcs12(String password, List<Issued> chain) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      if (!chain.isEmpty()) {
        store.setKeyEntry(
            "authority",
            chain.get(0).keys().getPrivate(),
            password.toCharArray(),
            chain.stream().map(Issued::certificate).toArray(Certificate[]::new));
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      store.store(out, password.toCharArray());
      return out.toByteArray();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same authority as the service takes it. */
  static ImportedAuthority imported(Instant now, Issued... chain) {
    return ImportedAuthority.pem(Fixtures.RSA, pem(chain[0].keys()), pem(chain), now);
  }

  static Bytes der(Issued issued) {
    return Certificates.encode(issued.certificate());
  }
}
