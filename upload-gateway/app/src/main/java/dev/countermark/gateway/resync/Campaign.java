package dev.countermark.gateway.resync;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.ResyncResult;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A campaign as it is stored. Never deleted: that it is there keeps the same request from starting
 * it again, however late it comes.
 *
 * @param generation grows by one with each change
 * @param request as it was made
 * @param asked who asked for it, and when
 * @param phase where it stands
 * @param why it was refused; absent otherwise
 * @param walk how far the packages were looked at
 * @param tally what came of them
 * @param broken what it breaks, or would break
 * @param lease whose it is
 * @param endedAt absent until it has ended
 */
record Campaign(
    long generation,
    ResyncRequested request,
    Asked asked,
    Phase phase,
    Optional<String> why,
    Walk walk,
    Tally tally,
    Broken broken,
    Lease lease,
    Optional<Instant> endedAt) {
  Campaign {
    why = why == null ? Optional.empty() : why;
    endedAt = endedAt == null ? Optional.empty() : endedAt;
  }

  /** Where a campaign stands. */
  enum Phase {
    /** Looks whom it would break, before it changes anything. */
    @JsonProperty("examining")
    EXAMINING,
    @JsonProperty("running")
    RUNNING,
    @JsonProperty("paused")
    PAUSED,
    @JsonProperty("done")
    DONE,
    @JsonProperty("cancelled")
    CANCELLED,
    @JsonProperty("refused")
    REFUSED;

    /** As in JSON: lower case. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean hasEnded() {
      return this == DONE || this == CANCELLED || this == REFUSED;
    }
  }

  /**
   * @param by absent when nobody knows, as of an event
   * @param byAdministrator whether only administrators may change its course
   * @param before the phase that a pause interrupted
   */
  record Asked(Instant at, Optional<String> by, boolean byAdministrator, Optional<Phase> before) {
    Asked {
      by = by == null ? Optional.empty() : by;
      before = before == null ? Optional.empty() : before;
    }
  }

  /**
   * @param position key of the last object that was looked at; empty at the beginning
   * @param ended whether all were
   * @param batches that were made so far
   * @param open those of them that are not done
   */
  record Walk(String position, boolean ended, int batches, List<Integer> open) {
    static final Walk BEGINNING = new Walk("", false, 0, List.of());

    Walk {
      open = List.copyOf(open);
    }
  }

  /**
   * @param planned packages by the label of their format
   * @param results packages by what came of them
   */
  record Tally(SortedMap<String, Long> planned, SortedMap<ResyncResult, Long> results) {
    static final Tally NOTHING = new Tally(new TreeMap<>(), new TreeMap<>());

    long allPlanned() {
      return planned.values().stream().mapToLong(Long::longValue).sum();
    }

    long done() {
      return results.values().stream().mapToLong(Long::longValue).sum();
    }

    Tally with(Map<String, Long> morePlanned, Map<ResyncResult, Long> moreResults) {
      SortedMap<String, Long> allPlanned = new TreeMap<>(planned);
      morePlanned.forEach((format, n) -> allPlanned.merge(format, n, Long::sum));
      SortedMap<ResyncResult, Long> allResults = new TreeMap<>(results);
      moreResults.forEach((result, n) -> allResults.merge(result, n, Long::sum));
      return new Tally(allPlanned, allResults);
    }
  }

  /**
   * Packages that clients remember and that will not be the same any more.
   *
   * @param first the first of them, for people
   * @param remedies what whoever has them must do
   */
  record Broken(long count, List<String> first, List<String> remedies) {
    static final Broken NOTHING = new Broken(0, List.of(), List.of());

    Broken {
      first = List.copyOf(first);
      remedies = List.copyOf(remedies);
    }
  }

  /**
   * @param holder which gateway; empty for none
   * @param until from then on another one may take it
   */
  record Lease(String holder, Instant until) {
    static final Lease NOBODYS = new Lease("", Instant.EPOCH);
  }

  /** A new one. */
  static Campaign of(ResyncRequested request, Asked asked, Phase first) {
    return new Campaign(
        1,
        request,
        asked,
        first,
        Optional.empty(),
        Walk.BEGINNING,
        Tally.NOTHING,
        Broken.NOTHING,
        Lease.NOBODYS,
        Optional.empty());
  }

  String id() {
    return request.campaign();
  }

  /** Whether a gateway should be at it. */
  boolean isOpen() {
    return !phase.hasEnded() && phase != Phase.PAUSED;
  }

  /** The next generation, somewhere else. */
  Campaign in(Phase next, Instant now) {
    return new Campaign(
        generation + 1,
        request,
        new Asked(
            asked.at(),
            asked.by(),
            asked.byAdministrator(),
            next == Phase.PAUSED ? Optional.of(phase) : Optional.empty()),
        next,
        why,
        walk,
        tally,
        broken,
        next.hasEnded() || next == Phase.PAUSED ? Lease.NOBODYS : lease,
        next.hasEnded() ? Optional.of(now) : Optional.empty());
  }

  /** The next generation, ended for a reason. */
  Campaign refused(String reason, Instant now) {
    Campaign ended = in(Phase.REFUSED, now);
    return new Campaign(
        ended.generation,
        request,
        ended.asked,
        ended.phase,
        Optional.of(reason),
        walk,
        tally,
        broken,
        ended.lease,
        ended.endedAt);
  }

  /** The next generation, further on. */
  Campaign at(Walk nextWalk, Tally nextTally, Broken nextBroken) {
    return new Campaign(
        generation + 1,
        request,
        asked,
        phase,
        why,
        nextWalk,
        nextTally,
        nextBroken,
        lease,
        endedAt);
  }

  /** The next generation, somebody's for a while. */
  Campaign held(Lease by) {
    return new Campaign(
        generation + 1, request, asked, phase, why, walk, tally, broken, by, endedAt);
  }
}
