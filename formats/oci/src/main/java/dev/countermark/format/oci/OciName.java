package dev.countermark.format.oci;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image in a registry.
 *
 * @see "OCI distribution-spec, Pulling manifests"
 */
public record OciName(String value) {
  /** Longest name; many clients refuse {@code host/name} beyond it. */
  public static final int LONGEST = 255;

  // Possessive, and without nested ambiguity: linear time whatever the input.
  private static final Pattern COMPONENT =
      Pattern.compile("[a-z0-9]++(?:(?:\\.|__?|-++)[a-z0-9]++)*+");

  public OciName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not the name of an image");
    }
  }

  public static Optional<OciName> parse(String text) {
    return isValid(text) ? Optional.of(new OciName(text)) : Optional.empty();
  }

  private static boolean isValid(String text) {
    if (text == null || text.isEmpty() || text.length() > LONGEST) {
      return false;
    }
    for (String component : text.split("/", -1)) {
      if (!COMPONENT.matcher(component).matches()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return value;
  }
}
