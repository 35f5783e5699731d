package dev.countermark.conformance.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.FormatCase;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;

/** Images. */
public final class OciCase implements FormatCase {
  @Override
  public String label() {
    return "oci";
  }

  @Override
  public ObjectNode settings() {
    return OciOptions.anonymousPull().with("visibility", "after-signing").json();
  }

  @Override
  public Packages packages(Platform platform, Platform.Repository repository) {
    return new OciPackages(platform, OciRepository.of(platform, repository));
  }
}
