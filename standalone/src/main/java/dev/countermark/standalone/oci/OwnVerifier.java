package dev.countermark.standalone.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.format.oci.CosignVerifier;
import dev.countermark.format.oci.CosignVerifier.Verdict;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.SignatureTags;
import java.util.List;
import java.util.Optional;

/** Fetches signatures as clients do and judges them with the project's own verifier. */
final class OwnVerifier {
  private final Registry registry;
  private final CosignVerifier verifier;

  OwnVerifier(Registry registry, byte[] spki) {
    this.registry = registry;
    this.verifier = new CosignVerifier(List.of(spki));
  }

  /** The {@code .sig} tag. */
  boolean legacy(String name, Digest subject) {
    return registry
        .manifest(name, SignatureTags.signature(subject).orElseThrow())
        .map(m -> verifier.legacy(m, d -> registry.blob(name, d), subject).accepted())
        .orElse(false);
  }

  /** The bundle among the referrers. */
  boolean bundle(String name, Digest subject) {
    return bundleOf(name, subject).map(b -> verifier.bundle(b, subject).accepted()).orElse(false);
  }

  /** One bit of the bundle's signed statement or signature altered: must not be accepted. */
  boolean refusesAltered(String name, Digest subject) {
    Optional<byte[]> bundle = bundleOf(name, subject);
    if (bundle.isEmpty()) {
      return false;
    }
    byte[] altered = bundle.get();
    int at = new String(altered, java.nio.charset.StandardCharsets.US_ASCII).indexOf("\"sig\"");
    altered[at + 14] ^= 1;
    Verdict verdict = verifier.bundle(altered, subject);
    return !verdict.accepted();
  }

  /** A good signature of another image: must not be accepted. */
  boolean refusesReplayed(String name, Digest subject, Digest other) {
    return bundleOf(name, other).map(b -> !verifier.bundle(b, subject).accepted()).orElse(false);
  }

  private Optional<byte[]> bundleOf(String name, Digest subject) {
    for (JsonNode entry : registry.referrers(name, subject).path("manifests")) {
      if (MediaTypes.BUNDLE.equals(entry.path("artifactType").asText())) {
        return registry
            .manifest(name, entry.path("digest").asText())
            .map(m -> Registry.json(m).path("layers").path(0).path("digest").asText())
            .flatMap(Digest::parse)
            .flatMap(d -> registry.blob(name, d));
      }
    }
    return Optional.empty();
  }
}
