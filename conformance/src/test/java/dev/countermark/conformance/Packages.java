package dev.countermark.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Small packages in one repository, numbered. The same number is the same bytes, others are others.
 * Whoever is not answered, or told that something is away for the moment (5xx), gets an {@link
 * UncheckedIOException}.
 */
public interface Packages {
  /** The answer, of which is known that it does not say that something is away (5xx). */
  static HttpResponse<byte[]> available(HttpResponse<byte[]> answer) {
    if (answer.statusCode() >= 500) {
      throw new UncheckedIOException(new IOException(answer.uri() + " -> " + answer.statusCode()));
    }
    return answer;
  }

  /** Pushes all of a package, as one client that may have tried before; returns the last status. */
  int push(int number);

  /** The package's name in {@code /status/LABEL/NAME}. */
  String name(int number);

  /** Whether the platform says that it is signed. */
  boolean isSigned(int number);

  /** The status of the answer to who wants to have it. */
  int read(int number);

  /** Whether lists show a package only when it can be fetched. */
  default boolean listsSignedOnly() {
    return true;
  }

  /** Numbers of all packages that lists show; empty where the format has no such lists. */
  Optional<List<Integer>> listed();

  /** All that is verified of a package, by file name; empty while there is no such package. */
  Optional<Map<String, byte[]>> fetch(int number);

  /**
   * Judges what was fetched by our own verifier, with no other trust than the repository publishes.
   *
   * @return fingerprint of the key or certificate that signed it; empty when it is refused, or when
   *     it is not what was pushed
   */
  Optional<String> verify(int number, Map<String, byte[]> files);

  /** What was fetched, with one thing changed in each: none of it may be accepted. */
  List<Map<String, byte[]>> altered(Map<String, byte[]> files);

  /** Fails when a signed package lacks a signature, or has one twice. */
  default void assertSignedOnce(int number) {}

  /** Deletes one for good; returns the status, or nothing where the format has no such thing. */
  OptionalInt delete(int number);
}
