package dev.countermark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Topics;
import dev.countermark.faults.Violations.Kind;
import dev.countermark.testkit.topics.TopicClient;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what the signers told of every signature that came into force. However often they told it,
 * of a package and a version of the key it is the same.
 */
final class OutcomeAudit {
  private final Violations violations;

  /** By {@link StoreAudit.Kept#id} of what signing made, that of what was signed. */
  private final Map<String, String> signedBy = new HashMap<>();

  private final Map<String, Set<String>> inForce = new HashMap<>();
  private final Set<String> told = new HashSet<>();
  private int read;

  OutcomeAudit(Violations violations) {
    this.violations = violations;
  }

  /** How many events told of a signature. */
  int read() {
    return read;
  }

  /** What was signed, by all that signing ever made of it; both as {@link StoreAudit.Kept#id}. */
  Map<String, String> signedBy() {
    return signedBy;
  }

  /**
   * Whether any event told that something was signed.
   *
   * @param id as {@link StoreAudit.Kept#id}
   */
  boolean told(String id) {
    return told.contains(id);
  }

  void judge(String broker) {
    try (TopicClient topics = new TopicClient(broker)) {
      for (var record : topics.read(Topics.OUTCOMES, r -> true)) {
        JsonNode event = Json.read(record.value(), JsonNode.class);
        if (event.path("type").asText().equals(PackageSigned.TYPE)) {
          signed(event.path("data"));
        }
      }
    }
    inForce.forEach(
        (what, artifacts) -> {
          if (artifacts.size() > 1) {
            violations.add(Kind.TWICE, what + " had more than one signature: " + artifacts);
          }
        });
  }

  private void signed(JsonNode event) {
    read++;
    String repository = event.path("repository").asText();
    String signed = repository + " " + event.path("digest").asText();
    told.add(signed);
    event.path("artifacts").forEach(a -> signedBy.put(repository + " " + a.asText(), signed));
    String what =
        "%s %s by version %d"
            .formatted(signed, event.path("name").asText(), event.path("keyVersion").asInt());
    inForce.computeIfAbsent(what, w -> new TreeSet<>()).add(event.path("artifacts").toString());
  }
}
