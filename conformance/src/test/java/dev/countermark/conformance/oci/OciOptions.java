package dev.countermark.conformance.oci;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The settings of a repository's OCI part, as the management API takes them. */
public record OciOptions(ObjectNode json) {
  public static OciOptions defaults() {
    return new OciOptions(JsonNodeFactory.instance.objectNode());
  }

  static OciOptions anonymousPull() {
    return defaults().with("anonymousPull", true);
  }

  OciOptions with(String member, boolean value) {
    return new OciOptions(json.deepCopy().put(member, value));
  }

  public OciOptions with(String member, String value) {
    return new OciOptions(json.deepCopy().put(member, value));
  }

  OciOptions formats(String... formats) {
    ObjectNode copy = json.deepCopy();
    var array = copy.putArray("signatureFormats");
    for (String format : formats) {
      array.add(format);
    }
    return new OciOptions(copy);
  }
}
