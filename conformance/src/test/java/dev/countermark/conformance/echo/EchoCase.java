package dev.countermark.conformance.echo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.FormatCase;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;

/** Files. */
final class EchoCase implements FormatCase {
  @Override
  public String label() {
    return "echo";
  }

  @Override
  public ObjectNode settings() {
    return JsonNodeFactory.instance.objectNode().put("anonymousRead", true);
  }

  @Override
  public Packages packages(Platform platform, Platform.Repository repository) {
    return new EchoPackages(platform, repository);
  }
}
