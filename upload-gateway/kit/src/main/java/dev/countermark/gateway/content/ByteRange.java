package dev.countermark.gateway.content;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One range of bytes of a file.
 *
 * @param first first byte, inclusive
 * @param last last byte, inclusive; {@code first - 1} for a range that cannot be satisfied
 * @see "RFC 9110, section 14"
 */
public record ByteRange(long first, long last) {
  private static final Pattern REQUEST = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
  private static final Pattern CHUNK = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

  /** What a {@code Range} header asks for. */
  public sealed interface Request {
    /** No range, several ranges or an unknown unit: answer the whole. */
    record Whole() implements Request {}

    /** Answer 206 with these bytes. */
    record Part(ByteRange range) implements Request {}

    /** Answer 416. */
    record Unsatisfiable() implements Request {}
  }

  /**
   * Reads a {@code Range} header of a GET.
   *
   * @param header may be null
   * @param length of the blob, bytes
   */
  public static Request request(String header, long length) {
    Matcher m = header == null ? null : REQUEST.matcher(header.strip());
    if (m == null || !m.matches() || m.group(1).isEmpty() && m.group(2).isEmpty()) {
      return new Request.Whole();
    }
    if (m.group(1).isEmpty()) {
      long suffix = Long.parseLong(m.group(2));
      return suffix == 0 || length == 0
          ? new Request.Unsatisfiable()
          : new Request.Part(new ByteRange(Math.max(0, length - suffix), length - 1));
    }
    long first = Long.parseLong(m.group(1));
    long last = m.group(2).isEmpty() ? length - 1 : Long.parseLong(m.group(2));
    return first >= length || last < first
        ? new Request.Unsatisfiable()
        : new Request.Part(new ByteRange(first, Math.min(last, length - 1)));
  }

  /**
   * Reads the {@code Content-Range} of an upload chunk: {@code start-end}, inclusive, without the
   * unit.
   *
   * @return empty when it is malformed
   * @see "OCI distribution-spec, Pushing a blob in chunks"
   */
  public static Optional<ByteRange> chunk(String header) {
    Matcher m = CHUNK.matcher(header.strip());
    if (!m.matches()) {
      return Optional.empty();
    }
    long first = Long.parseLong(m.group(1));
    long last = Long.parseLong(m.group(2));
    return last < first ? Optional.empty() : Optional.of(new ByteRange(first, last));
  }

  /** Number of bytes. */
  public long length() {
    return last - first + 1;
  }
}
