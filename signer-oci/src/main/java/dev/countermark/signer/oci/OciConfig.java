package dev.countermark.signer.oci;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Beyond these an index is refused as TOO_LARGE. */
@ConfigMapping(prefix = "countermark.signer.limits")
interface OciConfig {
  /** Indexes within indexes, the outermost counted. */
  @WithDefault("8")
  int indexDepth();

  /** Manifests of one index, with all below it. */
  @WithDefault("1000")
  int indexManifests();
}
