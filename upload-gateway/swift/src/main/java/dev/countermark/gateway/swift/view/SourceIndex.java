package dev.countermark.gateway.swift.view;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.content.PartReceiver;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Which releases say that their source code is at an address. A claim is noted before the record of
 * its release is made, and leads there: the record says whether it holds. So whoever asks for an
 * address looks at those only who ever named it, the first ones first.
 */
public final class SourceIndex {
  private static final Logger LOG = Logger.getLogger(SourceIndex.class);
  private static final byte[] NOTE = {'1'};

  /** Claims that one request looks at. */
  static final int MOST = 200;

  private static final int PAGE = 1_000;

  /** Whoever noted a claim and made no record for so long does not come back to it. */
  private static final Duration UNDER_WAY = Duration.ofHours(1);

  private final BlobStore store;
  private final Clock clock;
  private final Function<String, Optional<ReleaseView>> view;
  private volatile boolean known;

  /**
   * @param view what is seen of the release at a key; empty when nobody sees it
   */
  SourceIndex(BlobStore store, Clock clock, Function<String, Optional<ReleaseView>> view) {
    this.store = store;
    this.clock = clock;
    this.view = view;
  }

  /** What a claim says. */
  private record Claim(Instant acceptedAt, Identity release) {
    static Optional<Claim> parse(String text) {
      String[] parts = text.split("/", 2);
      return parts.length == 2 && parts[0].matches("\\d{15}")
          ? Identity.parse(parts[1])
              .map(id -> new Claim(Instant.ofEpochMilli(Long.parseLong(parts[0])), id))
          : Optional.empty();
    }
  }

  /**
   * Notes what a release claims. Called before its record is made: nobody finds a release that
   * claims something unnoticed.
   */
  public void claim(
      RepositoryName repository, Identity release, Instant acceptedAt, Optional<Bytes> metadata) {
    Set<String> hashes = new LinkedHashSet<>();
    for (String source : ReleaseView.sources(metadata)) {
      SourceAddress.normalized(source).ifPresent(address -> hashes.add(hash(address)));
    }
    for (String hash : hashes) {
      store.create(SwiftKeys.source(repository, hash, acceptedAt, release), NOTE);
    }
  }

  /**
   * The first of those that are offered.
   *
   * @throws Failure.Transient while those of a former version of this software are not all known
   */
  Optional<ReleaseView> first(RepositoryName repository, String address) {
    Optional<String> wanted = SourceAddress.normalized(address);
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    String claims = SwiftKeys.sources(repository, hash(wanted.get()));
    for (BlobStore.Entry entry : store.list(claims, "", MOST).entries()) {
      Optional<Claim> claim = Claim.parse(entry.key().substring(claims.length()));
      Optional<ReleaseView> release =
          claim
              .flatMap(c -> view.apply(SwiftKeys.release(repository, c.release())))
              .filter(r -> r.acceptedAt().equals(claim.get().acceptedAt()));
      if (release.filter(r -> r.isOffered() && names(r, wanted)).isPresent()) {
        return release;
      }
      // What waits for its signature, or is damaged, may be offered yet.
      if (release.filter(ReleaseView::withdrawn).isPresent()
          || claim.filter(c -> isAbandoned(repository, c)).isPresent()) {
        store.delete(entry.key());
      }
    }
    if (!isKnown()) {
      throw new Failure.Transient("the sources of earlier releases are being looked for", null);
    }
    return Optional.empty();
  }

  private static boolean names(ReleaseView release, Optional<String> address) {
    return release.sources().stream()
        .anyMatch(source -> SourceAddress.normalized(source).equals(address));
  }

  /** Whether its release was never made, or is another one by now. */
  private boolean isAbandoned(RepositoryName repository, Claim claim) {
    if (claim.acceptedAt().plus(UNDER_WAY).isAfter(clock.instant())) {
      return false;
    }
    try {
      return new Records(store)
          .read(SwiftKeys.release(repository, claim.release()), ReleaseRecord.class)
          .filter(record -> record.acceptedAt().equals(claim.acceptedAt()))
          .isEmpty();
    } catch (Json.MalformedJsonException e) {
      return false;
    }
  }

  private boolean isKnown() {
    if (!known) {
      known = store.head(SwiftKeys.SOURCES_KNOWN).isPresent();
    }
    return known;
  }

  /**
   * Notes what releases claim that were published before there was this index; once, whatever
   * replica does it. May take long, and may be repeated.
   */
  public void complete() {
    if (isKnown()) {
      return;
    }
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(SwiftKeys.ALL, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        if (SwiftKeys.RELEASE.matcher(after).matches()) {
          claim(after);
        }
      }
    } while (page.more());
    store.create(SwiftKeys.SOURCES_KNOWN, NOTE);
  }

  /** The others must not wait for one that is damaged. */
  private void claim(String key) {
    try {
      new Records(store)
          .read(key, ReleaseRecord.class)
          .ifPresent(r -> claim(r.repository(), r.identity(), r.acceptedAt(), r.metadata()));
    } catch (Json.MalformedJsonException e) {
      LOG.warnf("the record %s cannot be read: its package is not found by its source", key);
    }
  }

  private static String hash(String address) {
    return PartReceiver.hex(
        PartReceiver.digest("SHA-256").digest(address.getBytes(StandardCharsets.UTF_8)));
  }
}
