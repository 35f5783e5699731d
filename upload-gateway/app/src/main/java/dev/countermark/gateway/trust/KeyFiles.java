package dev.countermark.gateway.trust;

import dev.countermark.contracts.Bytes;
import dev.countermark.gateway.kit.Pem;
import dev.countermark.gateway.kit.PublicKeys;
import dev.countermark.gateway.kit.TrustMaterial.Document;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys and certificates as files, alike for every format. */
final class KeyFiles {
  private static final Pattern BY_FINGERPRINT =
      Pattern.compile("([0-9a-fA-F]{64})\\.(pub|pem|der|cer|crt)");
  private static final Set<String> DER_ROOT = Set.of("root.der", "root.cer", "root.crt");

  /** A public key in DER has no media type of its own. */
  private static final String SPKI = "application/octet-stream";

  private KeyFiles() {}

  /** For people who ask for another one. */
  static String names(List<PublicKeyVersion> versions) {
    return PublicKeys.current(versions).certificates().isEmpty()
        ? ", <fingerprint>.pub and <fingerprint>.der"
        : ", root.pem, root.der, root.cer, root.crt, chain.pem, <fingerprint>.pub and, by its"
            + " SHA-256, every certificate as .pem, .der, .cer and .crt";
  }

  /** Root and chain of the current key; empty for keys without certificates. */
  static Optional<Document> current(String file, List<PublicKeyVersion> versions) {
    List<Bytes> chain = PublicKeys.current(versions).certificates();
    if (chain.isEmpty()) {
      return Optional.empty();
    }
    Bytes root = chain.get(chain.size() - 1);
    if (DER_ROOT.contains(file)) {
      return Optional.of(new Document(Document.DER, root));
    }
    return switch (file) {
      case "root.pem" -> Optional.of(pem(List.of(root)));
      case "chain.pem" -> Optional.of(pem(chain));
      default -> Optional.empty();
    };
  }

  /** Any version of the key, and any certificate that ever was in a chain. */
  static Optional<Document> byFingerprint(String file, List<PublicKeyVersion> versions) {
    Matcher wanted = BY_FINGERPRINT.matcher(file);
    if (!wanted.matches()) {
      return Optional.empty();
    }
    String fingerprint = wanted.group(1).toLowerCase(Locale.ROOT);
    String form = wanted.group(2);
    if (form.equals("pub")) {
      return key(fingerprint, versions).map(v -> new Document(Document.PEM, Bytes.utf8(v.pem())));
    }
    Optional<Document> certificate =
        versions.stream()
            .flatMap(v -> v.certificates().stream())
            .filter(c -> sha256(c).equals(fingerprint))
            .findFirst()
            .map(c -> form.equals("pem") ? pem(List.of(c)) : new Document(Document.DER, c));
    return certificate.isPresent() || !form.equals("der")
        ? certificate
        : key(fingerprint, versions).map(v -> new Document(SPKI, v.spki()));
  }

  private static Optional<PublicKeyVersion> key(
      String fingerprint, List<PublicKeyVersion> versions) {
    return versions.stream().filter(v -> v.fingerprint().equals(fingerprint)).findFirst();
  }

  private static Document pem(List<Bytes> certificates) {
    return new Document(Document.PEM, Bytes.utf8(Pem.certificates(certificates)));
  }

  private static String sha256(Bytes bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
