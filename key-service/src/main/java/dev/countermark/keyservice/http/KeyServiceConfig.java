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
import java.util.OptionalInt;

/** Settings of the key service. */
@ConfigMapping(prefix = "countermark.keyservice")
public interface KeyServiceConfig {
  /**
   * File with the root secret: at least 32 random bytes, taken as they are. Whoever has it and the
   * keys bucket has all keys; whoever loses it has none.
   */
  Optional<Path> rootSecretFile();

  /**
   * The root secret itself in Base64, for platforms that hand over secrets in the environment;
   * elsewhere rather give {@link #rootSecretFile}: one of the two must be set.
   */
  Optional<String> rootSecret();

  /** Who may call, by name. Whoever is not listed is refused. */
  Map<String, Client> clients();

  /**
   * How long a rotation or revocation made at another replica may stay unseen by readers, at most
   * 45 seconds. Signatures see a rotation at once.
   */
  @WithDefault("PT10S")
  Duration ringTtl();

  /** How long an unused private key stays in memory. */
  @WithDefault("PT10M")
  Duration keyTtl();

  /** Most private keys in memory at one time. */
  @WithDefault("1000")
  int maxKeysInMemory();

  /**
   * How long a new version of a key is published before it signs, by purpose. Absent: as long as
   * clients of its format remember the list of keys.
   */
  Map<String, Duration> announcePeriod();

  /** How keys are made and certified, by purpose. */
  Map<String, Authority> ca();

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

  /**
   * Keys of one purpose and their certificates: by a root made here, or by an authority that is
   * imported. What does not apply to the keys of the purpose is refused.
   */
  interface Authority extends Imported {
    /** {@code O=} of all certificates that are made here; {@code Countermark} if absent. */
    Optional<String> organization();

    /** Size of the keys of repositories where they are RSA, bits; 3072 if absent. */
    OptionalInt keyBits();

    /** Size of the keys of the installation's own root where they are RSA, bits; 4096 if absent. */
    OptionalInt rootBits();

    /** Validity of the certificates of repositories; as the format says if absent. */
    Optional<Period> validity();

    /**
     * How long before the end of its certificate a key is followed by a new one; as the format says
     * if absent.
     */
    Optional<Duration> renewBefore();

    /**
     * Address of the gateway's OCSP relay as clients reach it, {@code http://HOST/ocsp/PURPOSE};
     * new certificates name it. Absent: there is no responder, and clients do not ask.
     */
    Optional<URI> ocspUrl();

    /**
     * Address of the gateway as clients reach it over plain http, {@code http://HOST}; new
     * certificates name the list of revoked ones (CRL) below it. Absent: they name none, and
     * clients warn that they cannot tell.
     */
    Optional<URI> crlUrl();
  }

  /** One client. */
  interface Client {
    /** SHA-256 of its bearer credential, 64 lower-case hexadecimal digits. */
    Optional<String> credentialSha256();

    /**
     * Subject of its TLS certificate in the order of RFC 2253 (most specific first), as in {@code
     * CN=signer,O=Example}; needs {@code quarkus.tls.trust-store}.
     */
    Optional<String> certificateSubject();

    /** Whose keys it may use: any of the labels of formats. */
    Optional<List<String>> purposes();

    /** Whether it may have hashes signed. */
    @WithDefault("false")
    boolean maySign();

    /** Whether it may rotate and revoke keys: operators only. */
    @WithDefault("false")
    boolean mayRotate();

    /**
     * Whether it may have the audit chains verified, those of purposes that are not its own too:
     * operators and auditors only.
     */
    @WithDefault("false")
    boolean mayAudit();
  }
}
