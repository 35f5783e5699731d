package dev.countermark.signer.swift;

import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.Signer;
import dev.countermark.format.swift.manifest.MalformedManifestSignatureException;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.CmsSignature;
import dev.countermark.format.swift.signature.HashAlgorithm;
import dev.countermark.format.swift.signature.MalformedSignatureException;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.signer.service.SignerIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Judges stored signatures by the keys that their repository has and had. */
final class SignatureCheck {
  private final List<PublicKeyVersion> keys;
  private final Instant at;

  /**
   * @param keys all versions
   * @param at when certificates must be valid and keys not revoked
   */
  SignatureCheck(List<PublicKeyVersion> keys, Instant at) {
    this.keys = List.copyOf(keys);
    this.at = at;
  }

  /** Whether it is what would be made now. */
  boolean isCurrent(Signer signer) {
    return keys.stream().filter(PublicKeyVersion::current).anyMatch(k -> isOf(k, signer));
  }

  private static boolean isOf(PublicKeyVersion key, Signer signer) {
    return key.leaf().map(Sha256::hex).filter(signer.certificate()::equals).isPresent();
  }

  /** What is wrong with the signature of a release's archive; its checksum is believed. */
  Optional<Flaw> archive(SignedRelease release) {
    byte[] sha256 = HexFormat.of().parseHex(release.sha256());
    return flaw(
        release.signer(),
        release.signature().toArray(),
        // An author may have taken another hash, which only the archive itself could tell.
        hash -> hash == HashAlgorithm.SHA256 ? Optional.of(sha256) : Optional.empty());
  }

  /** What is wrong with the last signature line of a manifest. */
  Optional<Flaw> manifest(SignedManifest manifest) {
    byte[] bytes = manifest.content().toArray();
    try {
      Optional<ManifestSignature> line = ManifestSignature.find(bytes);
      if (line.isEmpty() || !line.get().format().equals(ManifestSignature.FORMAT)) {
        return Optional.of(Flaw.BROKEN);
      }
      byte[] content = line.get().content(bytes);
      return flaw(manifest.signer(), line.get().cms(), hash -> Optional.of(hash.hash(content)));
    } catch (MalformedManifestSignatureException e) {
      return Optional.of(Flaw.BROKEN);
    }
  }

  private Optional<Flaw> flaw(
      Signer signer, byte[] der, Function<HashAlgorithm, Optional<byte[]>> content) {
    CmsSignature cms;
    try {
      cms = CmsSignature.parse(der);
    } catch (MalformedSignatureException e) {
      return Optional.of(Flaw.BROKEN);
    }
    Optional<byte[]> hash = content.apply(cms.digestAlgorithm());
    if (!cms.signerFingerprint().equals(signer.certificate())
        || hash.isPresent() && !cms.isGenuine(hash.get())) {
      return Optional.of(Flaw.BROKEN);
    }
    return signer.by() == SignedBy.AUTHOR
        ? expired(List.of(cms.signer()))
        : repositoryFlaw(signer, cms);
  }

  private Optional<Flaw> repositoryFlaw(Signer signer, CmsSignature cms) {
    Optional<PublicKeyVersion> key = keys.stream().filter(k -> isOf(k, signer)).findFirst();
    if (key.isEmpty()) {
      return Optional.of(Flaw.FOREIGN);
    }
    if (key.get().revokedAt().filter(from -> !from.isAfter(at)).isPresent()) {
      return Optional.of(Flaw.REVOKED);
    }
    List<X509Certificate> chain = SignerIdentity.of(key.get()).chain();
    // Clients have the root only.
    return cms.certificates().containsAll(chain.subList(0, Math.max(1, chain.size() - 1)))
        ? expired(chain)
        : Optional.of(Flaw.BROKEN);
  }

  private Optional<Flaw> expired(List<X509Certificate> chain) {
    return chain.stream().anyMatch(c -> c.getNotAfter().toInstant().isBefore(at))
        ? Optional.of(Flaw.EXPIRED)
        : Optional.empty();
  }
}
