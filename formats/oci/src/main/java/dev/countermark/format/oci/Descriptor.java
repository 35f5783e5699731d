package dev.countermark.format.oci;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A reference to content.
 *
 * @param size bytes
 * @see "OCI image-spec, descriptor"
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<String> artifactType,
    Map<String, String> annotations) {
  public Descriptor {
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }
}
