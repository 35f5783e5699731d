package dev.countermark.format.swift.metadata;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Metadata that every client can decode: a wrong member of the predefined ones would make the whole
 * answer unreadable. Other members are kept, {@code null} is absence.
 *
 * @see "swift reference, section 2"
 */
public final class PackageMetadata {
  /** Most bytes that {@link #parse(byte[])} takes. */
  public static final int MAX_BYTES = 64 << 10;

  private static final int MAX_DEPTH = 16;
  private static final int LONGEST_URL = 2_048;
  private static final Set<String> WEB = Set.of("http", "https");
  private static final Set<String> REPOSITORIES = Set.of("http", "https", "ssh", "git");
  private static final Pattern SCP = Pattern.compile("[\\w.-]+@[\\w.-]+:[^\\s:]\\S*");
  private static final String PUBLISHED = "originalPublicationTime";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).maxNumberLength(40).build());
  }

  private final ObjectNode document;

  private PackageMetadata(ObjectNode document) {
    this.document = document;
  }

  /** Of a release that came without any. */
  public static PackageMetadata none() {
    return new PackageMetadata(JSON.createObjectNode());
  }

  /**
   * Reads at most {@link #MAX_BYTES}.
   *
   * @throws InvalidMetadataException naming the first objection
   */
  public static PackageMetadata parse(byte[] json) throws InvalidMetadataException {
    return parse(json, MAX_BYTES);
  }

  /**
   * Reads a document of limited size.
   *
   * @throws InvalidMetadataException naming the first objection
   */
  public static PackageMetadata parse(byte[] json, int maxBytes) throws InvalidMetadataException {
    demand(json.length <= maxBytes, "The metadata has more than " + maxBytes + " bytes.");
    ObjectNode document = object(json);
    checkAuthor(document.path("author"));
    text(document, "", "description");
    url(document, "", "licenseURL");
    url(document, "", "readmeURL");
    checkTime(document);
    checkRepositories(document.path("repositoryURLs"));
    return new PackageMetadata(document);
  }

  private static ObjectNode object(byte[] json) throws InvalidMetadataException {
    try {
      // Jackson would guess UTF-16 and UTF-32 from the first bytes.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      if (JSON.readTree(text) instanceof ObjectNode object) {
        return object;
      }
      throw new InvalidMetadataException("The metadata is no JSON object.");
    } catch (CharacterCodingException e) {
      throw new InvalidMetadataException("The metadata is not UTF-8.", e);
    } catch (NumberFormatException e) {
      throw new InvalidMetadataException("The metadata has a number of unheard-of size.", e);
    } catch (IOException e) {
      throw new InvalidMetadataException("The metadata is no JSON object.", e);
    }
  }

  private static void demand(boolean holds, String otherwise) throws InvalidMetadataException {
    if (!holds) {
      throw new InvalidMetadataException(otherwise);
    }
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static void checkAuthor(JsonNode author) throws InvalidMetadataException {
    checkParty(author, "author");
    checkParty(author.path("organization"), "author.organization");
  }

  private static void checkParty(JsonNode party, String path) throws InvalidMetadataException {
    if (isAbsent(party)) {
      return;
    }
    demand(party.isObject(), "The metadata's " + path + " is no object.");
    demand(
        party.path("name").isTextual() && !party.path("name").textValue().isBlank(),
        "The metadata's " + path + " has no name.");
    text(party, path + ".", "email");
    text(party, path + ".", "description");
    url(party, path + ".", "url");
  }

  private static void text(JsonNode parent, String path, String member)
      throws InvalidMetadataException {
    JsonNode value = parent.path(member);
    demand(
        isAbsent(value) || value.isTextual(), "The metadata's " + path + member + " is no string.");
  }

  private static void url(JsonNode parent, String path, String member)
      throws InvalidMetadataException {
    text(parent, path, member);
    JsonNode value = parent.path(member);
    demand(
        isAbsent(value) || isUrl(value.textValue(), WEB),
        "The metadata's " + path + member + " is no http or https URL.");
  }

  private static boolean isUrl(String text, Set<String> schemes) {
    try {
      URI url = new URI(text);
      return text.length() <= LONGEST_URL
          && url.getScheme() != null
          && schemes.contains(url.getScheme().toLowerCase(Locale.ROOT))
          && url.getRawAuthority() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static void checkTime(ObjectNode document) throws InvalidMetadataException {
    text(document, "", PUBLISHED);
    JsonNode value = document.path(PUBLISHED);
    demand(
        isAbsent(value) || time(value.textValue()).isPresent(),
        "The metadata's "
            + PUBLISHED
            + " is no time like 2026-05-01T10:00:00Z, with date, time and zone.");
  }

  /** Years of four digits, as RFC 3339 has them. */
  private static Optional<Instant> time(String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      return time.getYear() >= 1 && time.getYear() <= 9998
          ? Optional.of(time.toInstant().truncatedTo(ChronoUnit.SECONDS))
          : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static void checkRepositories(JsonNode repositories) throws InvalidMetadataException {
    if (isAbsent(repositories)) {
      return;
    }
    demand(repositories.isArray(), "The metadata's repositoryURLs is no list.");
    for (JsonNode each : repositories) {
      demand(
          each.isTextual()
              && (isUrl(each.textValue(), REPOSITORIES)
                  || each.textValue().length() <= LONGEST_URL
                      && SCP.matcher(each.textValue()).matches()),
          "The metadata's repositoryURLs has something else than URLs of repositories.");
    }
  }

  /** As they were sent. */
  public List<String> repositoryUrls() {
    List<String> urls = new ArrayList<>();
    document.path("repositoryURLs").forEach(url -> urls.add(url.textValue()));
    return urls;
  }

  public Optional<String> description() {
    return Optional.ofNullable(document.path("description").textValue());
  }

  /**
   * What goes out as {@code metadata}: all members as they were sent, with {@code
   * originalPublicationTime} in whole seconds of UTC, which older clients demand. A new copy, to
   * which members may be added.
   */
  public ObjectNode served() {
    ObjectNode copy = document.deepCopy();
    Optional.ofNullable(copy.path(PUBLISHED).textValue())
        .flatMap(PackageMetadata::time)
        .ifPresent(time -> copy.put(PUBLISHED, time.toString()));
    return copy;
  }
}
