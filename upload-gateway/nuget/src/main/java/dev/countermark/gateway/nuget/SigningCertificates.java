package dev.countermark.gateway.nuget;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which certificates sign the packages of a repository. */
final class SigningCertificates {
  /** As clients compare it: upper case, where they are picky. */
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSS'Z'").withZone(ZoneOffset.UTC);
  private static final String SHA256 = "2.16.840.1.101.3.4.2.1";

  /** How late a rotation may show; anybody may ask, and the key service shall not feel it. */
  private static final Duration CACHED = Duration.ofSeconds(5);

  private final LoadingCache<RepositoryName, List<Entry>> cache;

  SigningCertificates(KeyClient keys) {
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(CACHED)
            .build(
                repository ->
                    entries(keys.versions(repository, new Purpose(new NugetFormat().label()))));
  }

  /**
   * One of them.
   *
   * @param fingerprint SHA-256, upper-case hexadecimal
   * @param chain itself first, the root last
   */
  record Entry(String fingerprint, List<X509Certificate> chain, boolean current) {
    X509Certificate certificate() {
      return chain.get(0);
    }

    X509Certificate root() {
      return chain.get(chain.size() - 1);
    }
  }

  /** All that are not revoked, those that only are announced among them; oldest first. */
  List<Entry> of(RepositoryName repository) {
    return cache.get(repository);
  }

  static List<Entry> entries(List<PublicKeyVersion> versions) {
    List<Entry> entries = new ArrayList<>();
    for (PublicKeyVersion version : versions) {
      if (version.revokedAt().isEmpty() && !version.certificates().isEmpty()) {
        Bytes leaf = version.certificates().get(0);
        entries.add(
            new Entry(
                HEX.formatHex(Digests.sha256().digest(leaf.toArray())),
                version.certificates().stream().map(SigningCertificates::read).toList(),
                version.current()));
      }
    }
    return entries;
  }

  /**
   * @param fingerprint in upper or lower case
   */
  Optional<Entry> find(RepositoryName repository, String fingerprint) {
    return of(repository).stream()
        .filter(e -> e.fingerprint().equals(fingerprint.toUpperCase(Locale.ROOT)))
        .findFirst();
  }

  /**
   * The RepositorySignatures document.
   *
   * @param allSigned whether clients shall refuse whatever is not signed by these
   */
  byte[] document(FeedAddresses at, List<Entry> entries, boolean allSigned) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("allRepositorySigned", allSigned);
    ArrayNode certificates = document.putArray("signingCertificates");
    for (Entry entry : entries) {
      X509Certificate certificate = entry.certificate();
      ObjectNode node = certificates.addObject();
      node.putObject("fingerprints").put(SHA256, entry.fingerprint());
      node.put("subject", certificate.getSubjectX500Principal().toString());
      node.put("issuer", certificate.getIssuerX500Principal().toString());
      node.put("notBefore", time(certificate.getNotBefore().toInstant()));
      node.put("notAfter", time(certificate.getNotAfter().toInstant()));
      node.put("contentUrl", at.certificate(entry.fingerprint()));
    }
    return Json.write(document);
  }

  private static String time(Instant instant) {
    return TIME.format(instant);
  }

  private static X509Certificate read(Bytes der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der.toArray()));
    } catch (CertificateException e) {
      throw new IllegalStateException("the key service sent something else than a certificate", e);
    }
  }
}
