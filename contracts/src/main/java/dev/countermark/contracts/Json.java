package dev.countermark.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;

/**
 * The JSON of records and events: absent members instead of nulls, times in ISO 8601, unknown
 * members ignored so that an older service reads what a newer one wrote.
 */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .serializationInclusion(JsonInclude.Include.NON_ABSENT)
          .build();

  static {
    // A record may hold a whole 4 MiB manifest in Base64 (5.4 MB), beyond Jackson's default nesting
    // but well below its 20 MB string limit; deep nesting is never ours.
    MAPPER
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build());
  }

  private static final ObjectMapper STRICT =
      MAPPER.copy().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private Json() {}

  public static byte[] write(Object value) {
    try {
      byte[] json = MAPPER.writeValueAsBytes(value);
      return value instanceof Checksummed ? Checksum.added(json) : json;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass().getSimpleName(), e);
    }
  }

  /**
   * @throws MalformedJsonException when the bytes are not the JSON of a {@code type}, or not those
   *     that were written
   */
  public static <T> T read(byte[] json, Class<T> type) {
    if (Checksummed.class.isAssignableFrom(type) && !Checksum.isRight(json)) {
      throw new MalformedJsonException(
          "the JSON of a " + type.getSimpleName() + " is not what its checksum says", null);
    }
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new MalformedJsonException(
            "the JSON of a " + type.getSimpleName() + " is null", null);
      }
      return value;
    } catch (IOException e) {
      throw new MalformedJsonException("not the JSON of a " + type.getSimpleName(), e);
    }
  }

  /**
   * What somebody asks for: a member that nobody knows is one that was misspelt, and the request
   * another one than it is meant to be.
   *
   * @throws MalformedJsonException when the bytes are not the JSON of a {@code type}; names the
   *     member that is too much
   */
  public static <T> T readStrictly(byte[] json, Class<T> type) {
    try {
      return STRICT.readValue(json, type);
    } catch (UnrecognizedPropertyException e) {
      throw new MalformedJsonException("there is no member " + e.getPropertyName(), e);
    } catch (IOException e) {
      throw new MalformedJsonException("not the JSON of a " + type.getSimpleName(), e);
    }
  }

  /** Bytes that are not the JSON they should be. */
  public static final class MalformedJsonException extends RuntimeException {
    MalformedJsonException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
