package dev.countermark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Small packages in one repository, numbered: the same number is the same bytes, others are others.
 * Whoever is not answered, or told that something is away for the moment (429, 5xx), gets an {@link
 * java.io.UncheckedIOException}; other statuses are returned where there is a place for them.
 */
public interface Packages {
  /** Pushes all of a package, as one client that may have tried before; returns the last status. */
  int push(int number);

  /** The package's name in {@code /status/LABEL/NAME}. */
  String name(int number);

  /** Digests of all records that a push makes, as records have them; that of the package first. */
  List<String> digests(int number);

  /** How many signatures one version of a key makes of a package. */
  int signatures();

  /**
   * All that is verified of a package, by file name, as whoever may only read gets it; empty where
   * there is no such package.
   */
  Optional<Map<String, byte[]>> fetch(int number);

  /**
   * Judges what was fetched by our own verifier, with no other trust than the repository publishes.
   *
   * @return SHA-256 of each signature of ours, lower-case hexadecimal; empty when a client would
   *     refuse it, or when it is not what was pushed
   */
  Optional<Set<String>> verify(int number, Map<String, byte[]> files);

  /** Whether lists show a package only when it can be fetched. */
  default boolean listsSignedOnly() {
    return true;
  }

  /** Numbers of all packages that lists show to whoever may only read. */
  Set<Integer> listed();

  /** Deletes one for good; returns the status, or nothing where that is not possible. */
  default OptionalInt delete(int number) {
    return OptionalInt.empty();
  }

  /**
   * Takes one out of what people see, or shows it again; returns the status, or nothing where that
   * is not possible.
   */
  default OptionalInt show(int number, boolean shown) {
    return OptionalInt.empty();
  }

  /**
   * Whether people see one, where that can be changed.
   *
   * @param status of the package
   */
  default Optional<Boolean> isShown(JsonNode status) {
    return Optional.empty();
  }
}
