package dev.countermark.faults.oci;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.faults.FaultsFormat;
import dev.countermark.faults.Feed;
import dev.countermark.faults.Packages;

/** Images. */
public final class OciFaults implements FaultsFormat {
  @Override
  public String label() {
    return "oci";
  }

  @Override
  public ObjectNode settings(int number) {
    return JsonNodeFactory.instance.objectNode().put("visibility", "after-signing");
  }

  @Override
  public Packages packages(Feed feed) {
    return new OciPackages(feed);
  }
}
