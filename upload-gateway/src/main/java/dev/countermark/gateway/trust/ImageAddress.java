package dev.countermark.gateway.trust;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciName;
import java.util.Optional;

/**
 * An image by digest in one repository: {@code [image…]@algorithm:hex}.
 *
 * @param name full OCI name
 * @param digest {@code algorithm:hex}
 */
record ImageAddress(String name, String digest) {
  /**
   * @param repository the repository of the address
   * @param rest what follows: the image, which may be empty, an at sign, the digest
   */
  static Optional<ImageAddress> parse(RepositoryName repository, String rest) {
    int at = rest.lastIndexOf('@');
    if (at < 0) {
      return Optional.empty();
    }
    String image = rest.substring(0, at);
    return OciName.parse(image.isEmpty() ? repository.toString() : repository + "/" + image)
        .flatMap(
            name ->
                Digest.parse(rest.substring(at + 1))
                    .map(digest -> new ImageAddress(name.value(), digest.toString())));
  }
}
