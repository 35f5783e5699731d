package dev.countermark.gateway.kit;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.kit.Problem.Kind;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Reads request bodies. Nothing is ignored: a misspelt member that silently meant the default could
 * open a repository that should be closed.
 */
public final class StrictJson {
  /** Largest body, bytes. */
  public static final int MAX_BYTES = 64 * 1024;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).build());
  }

  private StrictJson() {}

  /** Like {@link #receive}, but an empty body is an empty object. */
  public static <T> CompletionStage<T> receiveOptional(IncomingBody body, Class<T> type) {
    return bytes(body)
        .thenApply(json -> read(json.length == 0 ? new byte[] {'{', '}'} : json, type));
  }

  /**
   * Receives a body of at most 64 KiB.
   *
   * @return failed with a {@link ProblemException} 400 that says which member is wrong and what is
   *     allowed, or as bodies fail that cannot be received
   */
  public static <T> CompletionStage<T> receive(IncomingBody body, Class<T> type) {
    return bytes(body).thenApply(json -> read(json, type));
  }

  private static CompletionStage<byte[]> bytes(IncomingBody body) {
    return body.whole(MAX_BYTES, piece -> piece.open().readAllBytes());
  }

  /**
   * @throws ProblemException 400, saying which member is wrong and what is allowed
   */
  public static <T> T read(byte[] json, Class<T> type) {
    if (json.length == 0) {
      throw new ProblemException(
          Kind.MALFORMED_REQUEST, "the body is empty; {} is the smallest one");
    }
    T value = parse(() -> MAPPER.readValue(json, type), "");
    if (value == null) {
      throw new ProblemException(Kind.MALFORMED_REQUEST, "the body is null; a JSON object is due");
    }
    return value;
  }

  /**
   * A part of a body that was read as a tree.
   *
   * @param at where in the body it is, for messages
   * @throws ProblemException 400, saying which member is wrong and what is allowed
   */
  public static <T> T part(JsonNode json, Class<T> type, String at) {
    if (!json.isObject()) {
      throw new ProblemException(Kind.MALFORMED_REQUEST, at + " must be a JSON object");
    }
    return parse(() -> MAPPER.treeToValue(json, type), at + ".");
  }

  private interface Parsing<T> {
    T run() throws IOException;
  }

  private static <T> T parse(Parsing<T> parsing, String at) {
    try {
      return parsing.run();
    } catch (UnrecognizedPropertyException e) {
      throw new ProblemException(
          Kind.UNKNOWN_MEMBER,
          "unknown member " + at + path(e) + "; known here: " + known(e.getKnownPropertyIds()));
    } catch (InvalidFormatException e) {
      throw new ProblemException(
          Kind.INVALID_VALUE, at + path(e) + " has a value that is not allowed" + allowed(e));
    } catch (JsonMappingException e) {
      // Within a map, what the parser says comes wrapped.
      if (e.getCause() instanceof JsonParseException syntax) {
        throw notJson(syntax);
      }
      throw new ProblemException(
          Kind.MALFORMED_REQUEST,
          e.getPath().isEmpty()
              ? "the body must be one JSON object"
              : at + path(e) + " has the wrong type");
    } catch (JsonProcessingException e) {
      throw notJson(e);
    } catch (IOException e) {
      throw new ProblemException(Kind.MALFORMED_REQUEST, "the body is not JSON");
    }
  }

  private static ProblemException notJson(JsonProcessingException e) {
    var place = e.getLocation();
    return new ProblemException(
        Kind.MALFORMED_REQUEST,
        "the body is not JSON"
            + (place == null
                ? ""
                : ", line " + place.getLineNr() + ", column " + place.getColumnNr()));
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : shown(r.getFieldName()))
        .collect(Collectors.joining("."));
  }

  private static String known(Collection<Object> ids) {
    return ids == null
        ? "none"
        : ids.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
  }

  private static String allowed(InvalidFormatException e) {
    Class<?> type = e.getTargetType();
    if (type == null || !type.isEnum()) {
      return "";
    }
    return "; allowed: "
        + java.util.Arrays.stream(type.getEnumConstants())
            .map(c -> MAPPER.convertValue(c, String.class))
            .collect(Collectors.joining(", "));
  }

  /** What a stranger wrote, fit to be repeated to him. */
  public static String shown(String text) {
    String printable = text.replaceAll("[^\\x21-\\x7e]", "?");
    return printable.length() <= 60 ? printable : printable.substring(0, 60) + "...";
  }
}
