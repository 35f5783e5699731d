package dev.countermark.gateway.trust;

import dev.countermark.contracts.RepositoryName;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An image by digest in one repository: {@code [image…]@algorithm:hex}.
 *
 * @param name full OCI name
 * @param digest {@code algorithm:hex}
 */
record ImageAddress(String name, String digest) {
  private static final Pattern IMAGE =
      Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");
  private static final Pattern DIGEST =
      Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");
  private static final int MAX_LENGTH = 400;

  /**
   * @param repository the repository of the address
   * @param rest what follows: the image, which may be empty, an at sign, the digest
   */
  static Optional<ImageAddress> parse(RepositoryName repository, String rest) {
    int at = rest.lastIndexOf('@');
    if (at < 0 || rest.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    String image = rest.substring(0, at);
    String digest = rest.substring(at + 1);
    boolean valid =
        (image.isEmpty() || IMAGE.matcher(image).matches()) && DIGEST.matcher(digest).matches();
    return valid
        ? Optional.of(
            new ImageAddress(image.isEmpty() ? repository.toString() : repository + "/" + image,
                digest))
        : Optional.empty();
  }
}
