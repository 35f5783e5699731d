package dev.countermark.contracts;

import java.util.List;

/**
 * A file as it was pushed.
 *
 * @param parts immutable content objects, in order
 * @param size bytes
 * @param sha256 of the file, lower-case hexadecimal
 */
public record Upload(List<Part> parts, long size, String sha256) {
  public Upload {
    parts = List.copyOf(parts);
  }
}
