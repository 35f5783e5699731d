package dev.countermark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Topics;
import dev.countermark.faults.Violations.Kind;
import dev.countermark.testkit.topics.TopicClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Reads what the signers told of every signature that came into force. However often they told it,
 * of a package and a version of the key it is the same.
 */
final class OutcomeAudit {
  private final Violations violations;

  OutcomeAudit(Violations violations) {
    this.violations = violations;
  }

  /**
   * @return how many were read
   */
  int judge(String broker) {
    Map<String, TreeSet<String>> inForce = new HashMap<>();
    int read = 0;
    try (TopicClient topics = new TopicClient(broker)) {
      for (var record : topics.read(Topics.OUTCOMES, r -> true)) {
        JsonNode event = Json.read(record.value(), JsonNode.class);
        if (event.path("type").asText().equals(PackageSigned.TYPE)) {
          JsonNode data = event.path("data");
          read++;
          inForce
              .computeIfAbsent(
                  String.join(
                      " ",
                      List.of(
                          data.path("repository").asText(),
                          data.path("name").asText(),
                          data.path("digest").asText(),
                          "by version",
                          data.path("keyVersion").asText())),
                  what -> new TreeSet<>())
              .add(data.path("artifacts").toString());
        }
      }
    }
    inForce.forEach(
        (what, artifacts) -> {
          if (artifacts.size() > 1) {
            violations.add(Kind.TWICE, what + " had more than one signature: " + artifacts);
          }
        });
    return read;
  }
}
