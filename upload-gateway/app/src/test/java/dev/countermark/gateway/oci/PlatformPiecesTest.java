package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nobody takes a signature of ours away, whatever address he finds it at. */
@QuarkusTest
class PlatformPiecesTest extends RegistryTestBase {
  private static final String OCI = SampleImage.OCI_MANIFEST;

  private Repository repository;
  private SampleImage image;
  private Signatures signatures;

  private void sign(long seed) {
    repository = repository();
    image = repository.push("t", SampleImage.oci(seed));
    signatures = PlatformSignature.sign(store, repository.name, image.digest());
    // Whoever was told a digest finds it there.
    repository.reader.get(repository.manifests(tag())).is(200);
    repository.reader.get(referrers()).is(200);
  }

  private String tag() {
    return SignatureTagTest.tag(image.digest());
  }

  private String referrers() {
    return "/v2/" + repository.name + "/referrers/" + image.digest();
  }

  private String address(SignaturePiece piece) {
    return piece.manifest()
        ? repository.manifests(piece.digest())
        : repository.blobs(piece.digest());
  }

  private void assertAllIsThere() {
    for (SignaturePiece piece : signatures.pieces()) {
      repository.reader.get(address(piece)).is(200);
    }
    repository.reader.get(repository.manifests(tag())).is(200);
    assertThat(repository.reader.get(referrers()).is(200).text())
        .contains(signatures.bundleManifests().get(0));
  }

  @Test
  void everyPieceIsKept() {
    sign(1);

    for (SignaturePiece piece : signatures.pieces()) {
      repository.pusher.delete(address(piece)).isRefused(405, "UNSUPPORTED");
    }
    repository.pusher.delete(repository.manifests(tag())).isRefused(405, "UNSUPPORTED");

    assertAllIsThere();
  }

  @Test
  void itIsKeptUnderAnotherTagAndWhenItIsPushedAgain() {
    sign(2);
    for (SignaturePiece piece : signatures.pieces()) {
      if (piece.manifest()) {
        byte[] content = piece.content().toArray();
        repository.pusher.putManifest(repository.name, "copy", OCI, content).is(201);
        repository.pusher.putManifest(repository.name, piece.digest(), OCI, content).is(201);
        repository.pusher.delete(address(piece)).isRefused(405, "UNSUPPORTED");
      }
    }

    repository.pusher.delete(repository.manifests("copy")).is(202);

    assertAllIsThere();
  }

  /** A tag that belongs to another image must not take ours along. */
  @Test
  void theDeletionOfAnotherImageDoesNotReachIt() {
    sign(3);
    for (SignaturePiece piece : signatures.pieces()) {
      if (piece.manifest()) {
        SampleImage other = repository.push("o", SampleImage.oci(4));
        repository
            .pusher
            .putManifest(
                repository.name,
                other.digest().replace(':', '-') + ".att",
                OCI,
                piece.content().toArray())
            .is(201);
        repository.pusher.delete(repository.manifests(other.digest())).is(202);
      }
    }

    assertAllIsThere();
  }

  @Test
  void whatTheTagShowsOfBothIsKept() {
    sign(5);
    repository
        .pusher
        .putManifest(
            repository.name, tag(), OCI, SignatureTagTest.cosign(repository, tag(), "dXNlcg=="))
        .is(201);
    Registry.Answer shown = repository.reader.get(repository.manifests(tag())).is(200);
    String digest = shown.header("Docker-Content-Digest").orElseThrow();
    String config = shown.json().path("config").path("digest").asText();

    repository.pusher.delete(repository.manifests(digest)).isRefused(405, "UNSUPPORTED");
    repository.pusher.delete(repository.blobs(config)).isRefused(405, "UNSUPPORTED");

    repository.reader.get(repository.manifests(digest)).is(200);
    repository.reader.get(repository.blobs(config)).is(200);
  }

  @Test
  void usersDeleteWhatIsTheirs() {
    sign(6);
    byte[] users = SignatureTagTest.cosign(repository, tag(), "dXNlcg==");
    repository.pusher.putManifest(repository.name, tag(), OCI, users).is(201);
    JsonNode manifest =
        repository.reader.get(repository.manifests(PlatformSignature.sha256(users))).is(200).json();

    List<String> theirs = new ArrayList<>();
    theirs.add(repository.manifests(PlatformSignature.sha256(users)));
    theirs.add(repository.blobs(manifest.path("config").path("digest").asText()));
    theirs.add(repository.blobs(manifest.path("layers").path(0).path("digest").asText()));
    theirs.forEach(address -> repository.pusher.delete(address).is(202));

    assertAllIsThere();
  }

  @Test
  void itGoesWithItsImage() {
    sign(7);

    repository.pusher.delete(repository.manifests(image.digest())).is(202);

    for (SignaturePiece piece : signatures.pieces()) {
      if (!piece.digest().equals(EMPTY_JSON)) {
        repository.reader.get(address(piece)).is(404);
      }
    }
  }
}
