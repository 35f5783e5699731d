package dev.countermark.signer.oci;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciName;
import dev.countermark.signer.service.NameRules;
import java.util.Optional;

/** Names of images: full OCI names below their repository's. */
final class OciNames implements NameRules {
  @Override
  public Optional<String> objection(RepositoryName repository, String name, String digest) {
    if (OciName.parse(name).isEmpty()) {
      return Optional.of("name is not that of an image");
    }
    if (Digest.parse(digest).isEmpty()) {
      return Optional.of("digest is not one");
    }
    return (name + "/").startsWith(repository + "/")
        ? Optional.empty()
        : Optional.of("repository " + repository + " does not own its name");
  }
}
