package dev.countermark.faults.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.faults.FaultsFormat;
import dev.countermark.faults.Feed;
import dev.countermark.faults.Packages;

/** Swift packages; in registries of odd number archives stay as they were pushed. */
public final class SwiftFaults implements FaultsFormat {
  @Override
  public String label() {
    return "swift";
  }

  static boolean embeds(int number) {
    return number % 2 == 0;
  }

  @Override
  public ObjectNode settings(int number) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("archives", embeds(number) ? "embed" : "overlay");
  }

  /** Manifests keep their signatures: clients remember their bytes. */
  @Override
  public ResyncMode renewal() {
    return ResyncMode.ROTATE_ARCHIVE;
  }

  @Override
  public Packages packages(Feed feed) {
    return new SwiftPackages(feed);
  }
}
