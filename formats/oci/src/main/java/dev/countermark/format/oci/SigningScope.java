package dev.countermark.format.oci;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a manifest is signed. Signatures, attestations and whatever else refers to an image are
 * not, or signing would never end. Decided by content alone: a name must not be a way out of it.
 */
public final class SigningScope {
  private static final List<String> EXEMPT_ARTIFACTS =
      List.of(
          "application/vnd.dev.sigstore.bundle",
          "application/vnd.dev.cosign.artifact.",
          "application/vnd.cncf.notary.signature",
          "application/vnd.in-toto+json");
  private static final Set<String> EXEMPT_LAYERS =
      Set.of(MediaTypes.SIMPLE_SIGNING, MediaTypes.DSSE, MediaTypes.IN_TOTO);

  private SigningScope() {}

  /** Why the manifest is not signed; empty when it is. */
  public static Optional<String> exemption(Manifest manifest) {
    if (manifest.subject().isPresent()) {
      return Optional.of("it refers to another manifest");
    }
    for (String type :
        List.of(
            manifest.declaredArtifactType().orElse(""),
            manifest.config().map(Descriptor::mediaType).orElse(""))) {
      for (String exempt : EXEMPT_ARTIFACTS) {
        if (type.startsWith(exempt)) {
          return Optional.of("its artifact type is " + exempt);
        }
      }
    }
    if (isCosignLayout(manifest)) {
      return Optional.of("all its layers are signatures or attestations");
    }
    return Optional.empty();
  }

  /** Whether all layers are cosign signatures or attestations: such manifests may be merged. */
  public static boolean isCosignLayout(Manifest manifest) {
    return !manifest.layers().isEmpty()
        && manifest.layers().stream().allMatch(l -> EXEMPT_LAYERS.contains(l.mediaType()));
  }

  /** BuildKit's attestation children are covered by the signature of their index. */
  public static boolean isAttestationChild(Descriptor child) {
    return "attestation-manifest".equals(child.annotations().get("vnd.docker.reference.type"));
  }
}
