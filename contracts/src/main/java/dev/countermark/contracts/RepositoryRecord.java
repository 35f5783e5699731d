package dev.countermark.contracts;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A repository and its settings for each format; created once, changed by compare-and-set.
 *
 * @param changedBy who set its settings last; absent when that was before it was written down
 * @param settings by label, each a member of the record beside the others; those of formats that
 *     are not known here stay as they are
 */
public record RepositoryRecord(
    long generation,
    RepositoryName repository,
    Instant createdAt,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<String> changedBy,
    @JsonAnyGetter Map<String, JsonNode> settings) {
  public RepositoryRecord {
    changedBy = changedBy == null ? Optional.empty() : changedBy;
    // Equal settings are equal bytes, in whatever order they came.
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
  }

  /** With default settings for every format. */
  public RepositoryRecord(long generation, RepositoryName repository, Instant createdAt) {
    this(generation, repository, createdAt, Optional.empty(), Map.of());
  }

  @JsonCreator
  static RepositoryRecord read(
      @JsonProperty("generation") long generation,
      @JsonProperty("repository") RepositoryName repository,
      @JsonProperty("createdAt") Instant createdAt,
      @JsonProperty("changedBy") Optional<String> changedBy,
      @JsonAnySetter Map<String, JsonNode> settings) {
    return new RepositoryRecord(
        generation, repository, createdAt, changedBy, settings == null ? Map.of() : settings);
  }

  /** What is not set means the format's defaults. */
  public <S> S settings(Format<?, S> format) {
    JsonNode set = settings.get(format.label());
    return set == null || set.isNull()
        ? format.defaults()
        : Json.read(Json.write(set), format.settings());
  }

  /** What is set for all formats together, by its name; no format has that label. */
  public <T> Optional<T> member(String name, Class<T> type) {
    return Optional.ofNullable(settings.get(name))
        .filter(set -> !set.isNull())
        .map(set -> Json.read(Json.write(set), type));
  }

  /** The same generation with something else set for all formats together. */
  public RepositoryRecord with(String name, Object value) {
    Map<String, JsonNode> all = new TreeMap<>(settings);
    all.put(name, Json.read(Json.write(value), JsonNode.class));
    return new RepositoryRecord(generation, repository, createdAt, changedBy, all);
  }

  /** The same generation with other settings of one format. */
  public <S> RepositoryRecord with(Format<?, S> format, S wanted) {
    Map<String, JsonNode> all = new TreeMap<>(settings);
    all.put(format.label(), Json.read(Json.write(wanted), JsonNode.class));
    return new RepositoryRecord(generation, repository, createdAt, changedBy, all);
  }

  /** The next generation, set by somebody. */
  public RepositoryRecord next(String by) {
    return new RepositoryRecord(generation + 1, repository, createdAt, Optional.of(by), settings);
  }
}
