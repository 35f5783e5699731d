package dev.countermark.conformance.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Consumer;
import dev.countermark.conformance.FormatCase;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import java.util.Optional;

/** Swift packages. */
public final class SwiftCase implements FormatCase {
  @Override
  public String label() {
    return "swift";
  }

  @Override
  public ObjectNode settings() {
    return JsonNodeFactory.instance.objectNode().put("anonymousRead", true);
  }

  /** Manifests keep their signatures: clients remember their bytes. */
  @Override
  public String renewal() {
    return "{\"mode\":\"rotate-archive\"}";
  }

  /** Who wants to know asks by OCSP: {@link SwiftRevocationTest}. */
  @Override
  public boolean knowsRevocations() {
    return false;
  }

  @Override
  public Packages packages(Platform platform, Platform.Repository repository) {
    return new SwiftPackages(platform, SwiftRegistry.of(platform, repository));
  }

  @Override
  public Optional<Consumer> consumer(Platform platform, Platform.Repository repository) {
    SwiftRegistry registry = SwiftRegistry.of(platform, repository);
    return Swift.find(platform)
        .map(swift -> swift.trusting(registry.root()).using(registry.url()))
        .map(swift -> number -> swift.dependingOn(SwiftPackages.pkg(number)).resolve());
  }
}
