package dev.countermark.gateway.swift.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.identity.SwiftVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What lists say of a release that is or was available.
 *
 * @param scope as the publisher wrote it
 * @param name as the publisher wrote it
 * @param withdrawn whether it only once was available
 * @param damaged whether what is stored of it is not what was stored
 * @param sources where its source code is kept, as its metadata says
 */
public record ReleaseView(
    Identity identity,
    long generation,
    SwiftVersion version,
    String scope,
    String name,
    boolean withdrawn,
    boolean damaged,
    List<String> sources,
    Instant acceptedAt) {
  private static final int MAX_SOURCES = 20;
  private static final int LONGEST_SOURCE = 2_000;

  /** Empty for a release that nobody sees. */
  static Optional<ReleaseView> of(ReleaseRecord release, boolean damaged) {
    boolean available = release.state() == State.AVAILABLE;
    if (!available && release.state() != State.DELETED) {
      return Optional.empty();
    }
    return SwiftVersion.parse(release.identity().version())
        .map(
            version ->
                new ReleaseView(
                    release.identity(),
                    release.generation(),
                    version,
                    release.scope(),
                    release.name(),
                    !available,
                    available && damaged,
                    available ? sources(release.metadata()) : List.of(),
                    release.acceptedAt()));
  }

  /** Whether clients get it. */
  public boolean isOffered() {
    return !withdrawn && !damaged;
  }

  /** The addresses in a release's metadata that count. */
  static List<String> sources(Optional<Bytes> metadata) {
    List<String> sources = new ArrayList<>();
    if (metadata.isPresent()) {
      for (JsonNode url :
          Json.read(metadata.get().toArray(), JsonNode.class).path("repositoryURLs")) {
        if (url.isTextual()
            && url.textValue().length() <= LONGEST_SOURCE
            && sources.size() < MAX_SOURCES) {
          sources.add(url.textValue());
        }
      }
    }
    return List.copyOf(sources);
  }

  /** Bytes in memory, roughly. */
  int weight() {
    return 400 + sources.stream().mapToInt(s -> 60 + s.length()).sum();
  }
}
