package dev.countermark.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A CloudEvents 1.0 event in structured JSON mode. An event is a hint, never authority: whoever
 * acts on it reads the record it names again.
 *
 * @param specversion always {@code 1.0}
 * @param id equal for every delivery of the same fact
 * @param source the service that wrote it, a URI reference such as {@code /upload-gateway}
 * @param type one of the {@code TYPE} constants of {@link Events}
 * @param subject Package URL of the package
 * @param time when the fact happened
 * @param datacontenttype always {@code application/json}
 * @param dataschema the schema file of {@code data}, a URI reference
 * @param data the event's data, one of the records in {@link Events}
 * @param traceparent of what it follows from, as in the extension for distributed tracing; absent
 *     when nothing is traced
 */
public record CloudEvent(
    String specversion,
    String id,
    String source,
    String type,
    String subject,
    Instant time,
    String datacontenttype,
    String dataschema,
    JsonNode data,
    Optional<String> traceparent) {
  public CloudEvent {
    traceparent = traceparent == null ? Optional.empty() : traceparent;
  }

  /** Media type of the structured JSON mode; the value of the {@code content-type} header. */
  public static final String MEDIA_TYPE = "application/cloudevents+json";

  public static CloudEvent of(
      String id, String source, String type, String subject, Instant time, Object data) {
    return new CloudEvent(
        "1.0",
        id,
        source,
        type,
        subject,
        time,
        "application/json",
        "/schemas/" + type.substring("dev.countermark.".length()) + ".json",
        Json.read(Json.write(data), JsonNode.class),
        Optional.empty());
  }

  /** The same, following from something. */
  public CloudEvent after(Optional<String> parent) {
    return new CloudEvent(
        specversion, id, source, type, subject, time, datacontenttype, dataschema, data, parent);
  }

  /**
   * The id of what happened to a package: the same however often it is told, another one for all
   * else.
   *
   * @param fact what tells it from everything else that may happen to packages of the repository
   */
  public static String id(
      String type, Format<?, ?> format, RepositoryName repository, String... fact) {
    String all =
        String.join("\n", type, format.label(), repository.toString(), String.join("\n", fact));
    return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /**
   * @throws Json.MalformedJsonException when the data is not that of a {@code type}
   */
  public <T> T dataAs(Class<T> type) {
    if (data == null) {
      throw new Json.MalformedJsonException("the event carries no data", null);
    }
    return Json.read(Json.write(data), type);
  }

  /**
   * For what people write: {@link Json#readStrictly}.
   *
   * @throws Json.MalformedJsonException when the data has a member that a {@code type} has not
   */
  public void requireNothingElseThan(Class<?> type) {
    var unused = Json.readStrictly(Json.write(data), type);
  }

  public byte[] toJson() {
    return Json.write(this);
  }

  /**
   * @throws Json.MalformedJsonException when the bytes are no CloudEvent 1.0 in JSON
   */
  public static CloudEvent fromJson(byte[] json) {
    CloudEvent event = Json.read(json, CloudEvent.class);
    if (!"1.0".equals(event.specversion())
        || event.id() == null
        || event.type() == null
        || event.source() == null) {
      throw new Json.MalformedJsonException("not a CloudEvents 1.0 event", null);
    }
    return event;
  }
}
