package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Client.Home;
import dev.countermark.conformance.Platform;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import java.util.ArrayList;
import java.util.List;

/** What must be true of every signed image, asked by every means there is. */
public final class Images {
  private Images() {}

  /**
   * Both forms are there once, carry our claim, and every verifier found on this machine accepts
   * them.
   */
  public static void assertSigned(
      Platform platform, OciRepository repository, String image, String digest) {
    assertSignedOnce(platform, repository, image, digest);
    Home home = OciRepository.home(platform, repository);
    Verifier.all(
            home,
            Verifier.question(
                platform.host(), repository.name(image), "@" + digest, repository.publicKey()))
        .forEach(
            (verifier, result) ->
                assertThat(result.exitCode()).as(() -> verifier + ": " + result).isZero());
  }

  /** Exactly one of our signatures in each form, valid by our own reading. */
  public static void assertSignedOnce(
      Platform platform, OciRepository repository, String image, String digest) {
    repository.awaitSigned(image, digest);
    String name = repository.name(image);
    String key = repository.publicKey();
    assertThat(PlainVerifier.validLayers(repository.registry(), name, digest, key))
        .as("valid signatures of ours in %s", Digests.signatureTag(digest))
        .containsExactly(repository.reference(image));
    assertThat(PlainVerifier.validBundles(repository.registry(), name, digest, key))
        .as("valid bundles of ours that refer to %s", digest)
        .hasSize(1);
  }

  /** Everything that can be seen of the signatures of a digest: equal text is equal bytes. */
  static List<String> visible(OciRepository repository, String image, String digest) {
    String name = repository.name(image);
    List<String> seen = new ArrayList<>();
    repository
        .registry()
        .manifest(name, Digests.signatureTag(digest))
        .ifPresent(sig -> seen.add("sig " + sig.digest()));
    Manifest referrers = repository.registry().referrers(name, digest);
    seen.add("referrers " + referrers.digest());
    for (JsonNode entry : referrers.json().path("manifests")) {
      seen.add(entry.path("digest").asText());
    }
    JsonNode status = repository.status(image, digest);
    seen.add(status instanceof ObjectNode object ? object.toString() : "");
    return seen;
  }
}
