package dev.countermark.gateway.swift;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.swift.view.ReleaseView;

/** The addresses of one registry, absolute, for one scheme. */
final class SwiftAddresses {
  private final String registry;

  /**
   * @param base of the gateway, without a slash at the end
   */
  SwiftAddresses(String base, RepositoryName repository) {
    this.registry = base + "/" + repository + "/swift";
  }

  /** What clients are configured with. */
  String registry() {
    return registry;
  }

  String release(ReleaseView release) {
    return release(release.scope(), release.name(), release.identity().version());
  }

  String release(ReleaseRecord release) {
    return release(release.scope(), release.name(), release.identity().version());
  }

  private String release(String scope, String name, String version) {
    return registry + "/" + scope + "/" + name + "/" + version;
  }

  String manifest(ReleaseRecord release) {
    return release(release) + "/Package.swift";
  }

  String submission(ReleaseRecord release) {
    return registry
        + "/submissions/"
        + release.scope()
        + "/"
        + release.name()
        + "/"
        + release.identity().version()
        + "/"
        + release.submission();
  }
}
