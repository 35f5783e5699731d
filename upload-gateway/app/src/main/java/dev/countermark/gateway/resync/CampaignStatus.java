package dev.countermark.gateway.resync;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.Events.ResyncFilter;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.ResyncResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A campaign as it is told.
 *
 * @param campaign its id
 * @param state where it stands
 * @param requestedBy absent when nobody knows, as of an event
 * @param byAdministrator whether only administrators may change its course
 * @param why it was refused; absent otherwise
 * @param queued packages that were planned so far, by the label of their format
 * @param planned the same of all formats
 * @param complete whether all packages were looked at, so that no more are planned
 * @param done packages that are dealt with
 * @param results packages by what came of them; of a dry run, what would
 * @param perSecond packages that were dealt with per second, from the beginning on
 * @param secondsLeft absent while nobody knows
 * @param broken packages that clients who have them already will refuse; the first hundred
 * @param brokenCount how many they are
 * @param remedy what these clients must do; absent when nothing breaks
 */
@Schema(name = "Resync")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CampaignStatus(
    String campaign,
    @Schema(enumeration = {"examining", "running", "paused", "done", "cancelled", "refused"})
        String state,
    ResyncMode mode,
    boolean dryRun,
    String owner,
    String repository,
    Set<String> formats,
    @Schema(implementation = Object.class) ResyncFilter filter,
    String reason,
    Integer rate,
    String requestedBy,
    @JsonIgnore boolean byAdministrator,
    Instant requestedAt,
    Instant endedAt,
    String why,
    Map<String, Long> queued,
    long planned,
    boolean complete,
    long done,
    Map<ResyncResult, Long> results,
    Double perSecond,
    Long secondsLeft,
    List<String> broken,
    Long brokenCount,
    String remedy) {
  static CampaignStatus of(Campaign c, Instant now) {
    ResyncRequested request = c.request();
    Campaign.Tally tally = c.tally();
    boolean breaks = c.broken().count() > 0;
    boolean complete = c.walk().ended() || c.phase() == Campaign.Phase.DONE;
    double seconds =
        Math.max(0.001, Duration.between(c.asked().at(), c.endedAt().orElse(now)).toMillis() / 1e3);
    double perSecond = tally.done() / seconds;
    return new CampaignStatus(
        c.id(),
        c.phase().label(),
        request.mode(),
        request.dryRun(),
        request.owner().orElse(null),
        request.repository().orElse(null),
        request.formats().map(TreeSet::new).orElse(null),
        request.filter().orElse(null),
        request.reason().orElse(null),
        request.rate().orElse(null),
        c.asked().by().orElse(null),
        c.asked().byAdministrator(),
        c.asked().at(),
        c.endedAt().orElse(null),
        c.why().orElse(null),
        tally.planned(),
        tally.allPlanned(),
        complete,
        tally.done(),
        tally.results(),
        tally.done() == 0 ? null : Math.round(perSecond * 10) / 10.0,
        complete && !c.phase().hasEnded() && perSecond > 0
            ? Math.round((tally.allPlanned() - tally.done()) / perSecond)
            : null,
        breaks ? c.broken().first() : null,
        breaks ? c.broken().count() : null,
        breaks ? String.join(" ", c.broken().remedies()) : null);
  }

  /** The only repository that it is about, if there is one. */
  @JsonIgnore
  public Optional<RepositoryName> ofRepository() {
    if (repository == null) {
      return Optional.empty();
    }
    return RepositoryName.parse(repository.contains("/") ? repository : owner + "/" + repository);
  }

  /**
   * The same as long as it has got no further; what depends on the time of day is no part of it.
   */
  @JsonIgnore
  public String version() {
    return String.join(
        "-",
        state,
        Long.toString(planned),
        complete ? "all" : "more",
        Long.toString(done),
        Long.toString(brokenCount == null ? 0 : brokenCount));
  }

  /** Whether it goes no further by itself. */
  @JsonIgnore
  public boolean hasEnded() {
    return endedAt != null;
  }
}
