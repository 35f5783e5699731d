package dev.countermark.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * What the suites for all formats ({@link FormatContract}, {@link ChaosTest}) must know of one.
 * Found by {@link ServiceLoader}; needs no external client.
 */
public interface FormatCase {
  /** As everywhere: {@link dev.countermark.contracts.Format#label}. */
  String label();

  /** Settings of a repository whose packages nobody sees before they are signed. */
  ObjectNode settings();

  /**
   * Body of a request for a resync that signs with the current key whatever an older one signed.
   */
  default String renewal() {
    return "{}";
  }

  /** Whether {@link Packages#verify} refuses what a revoked key signed. */
  default boolean knowsRevocations() {
    return true;
  }

  /** The packages of a repository, as its token lets see and change them. */
  Packages packages(Platform platform, Platform.Repository repository);

  /**
   * A consumer who begins now.
   *
   * @return nothing where the format's client is not on the PATH, which is recorded
   */
  default Optional<Consumer> consumer(Platform platform, Platform.Repository repository) {
    return Optional.empty();
  }

  /** Those on the class path. */
  static List<FormatCase> all() {
    return ServiceLoader.load(FormatCase.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(FormatCase::label))
        .toList();
  }
}
