package dev.countermark.keyservice.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of the key service. */
@ConfigMapping(prefix = "countermark.keyservice")
public interface KeyServiceConfig {
  /**
   * File with the root secret: at least 32 random bytes, taken as they are. Whoever has it and the
   * keys bucket has all keys; whoever loses it has none.
   */
  Optional<Path> rootSecretFile();

  /** The root secret itself in Base64, for platforms that hand over secrets in the environment. */
  Optional<String> rootSecret();

  /** Who may call, by name. Whoever is not listed is refused. */
  Map<String, Client> clients();

  /**
   * How long a rotation or revocation made at another replica may stay unseen by readers.
   * Signatures see a rotation at once.
   */
  @WithDefault("PT10S")
  Duration ringTtl();

  /** How long an unused private key stays in memory. */
  @WithDefault("PT10M")
  Duration keyTtl();

  /** Most private keys in memory at one time. */
  @WithDefault("1000")
  int maxKeysInMemory();

  /** How long a new version of a key is published before it signs. */
  AnnouncePeriod announcePeriod();

  /** By purpose. */
  interface AnnouncePeriod {
    /** Nobody remembers the list of these keys. */
    @WithDefault("PT0S")
    Duration oci();

    /** NuGet clients remember the list of certificates for up to an hour. */
    @WithDefault("PT1H")
    Duration nuget();

    /** Swift clients trust the root or the intermediate, never one key. */
    @WithDefault("PT0S")
    Duration swift();
  }

  /** Who certifies keys, and how. */
  CertificateAuthorities ca();

  /** By purpose. */
  interface CertificateAuthorities {
    Nuget nuget();

    Swift swift();
  }

  /** An authority that is used instead of one that is made here. */
  interface Imported {
    /** PEM file with the private key of an own authority, not encrypted, to import it. */
    Optional<Path> keyFile();

    /** PEM file with its certificate, then each one's issuer, the root last. */
    Optional<Path> certificatesFile();

    /** PKCS#12 file with key, certificate and chain instead of the two PEM files. */
    Optional<Path> pkcs12File();

    /** File with the password of the PKCS#12 file. */
    Optional<Path> pkcs12PasswordFile();
  }

  /** Certificates of Swift keys: below an own root, or by an authority that is imported. */
  interface Swift extends Imported {
    /** {@code O=} of all certificates that are made here. */
    @WithDefault("Countermark")
    String organization();

    /** Validity of the certificates of repositories; signatures carry no timestamps. */
    @WithDefault("P5Y")
    Period validity();

    /** How long before the end of its certificate a key is followed by a new one. */
    @WithDefault("P180D")
    Duration renewBefore();

    /**
     * Address of the gateway's OCSP relay as clients reach it, {@code http://HOST/ocsp/swift}; new
     * certificates name it. Absent: there is no responder, and clients do not ask.
     */
    Optional<URI> ocspUrl();
  }

  /** Certificates of NuGet keys: by a root made here, or by an authority that is imported. */
  interface Nuget extends Imported {
    /** {@code O=} of all certificates that are made here. */
    @WithDefault("Countermark")
    String organization();

    /** Size of the RSA keys of repositories, bits. */
    @WithDefault("3072")
    int keyBits();

    /** Size of the RSA key of the installation's own root, bits. */
    @WithDefault("4096")
    int rootBits();

    /** Validity of the certificates of repositories. */
    @WithDefault("P2Y")
    Period validity();

    /** How long before the end of its certificate a key is followed by a new one. */
    @WithDefault("P90D")
    Duration renewBefore();
  }

  /** One client. */
  interface Client {
    /** SHA-256 of its bearer credential, 64 lower-case hexadecimal digits. */
    Optional<String> credentialSha256();

    /**
     * Subject of its TLS certificate in the order of RFC 2253 (most specific first), as in {@code
     * CN=signer-oci,O=Example}; needs {@code quarkus.http.ssl.client-auth}.
     */
    Optional<String> certificateSubject();

    /** Whose keys it may use: any of {@code oci}, {@code nuget}, {@code swift}. */
    Optional<List<String>> purposes();

    /** Whether it may have hashes signed. */
    @WithDefault("false")
    boolean maySign();

    /** Whether it may rotate and revoke keys: operators only. */
    @WithDefault("false")
    boolean mayRotate();
  }
}
