package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Events.ResyncFilter;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.resync.Campaigns;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The bodies that start campaigns. */
final class ResyncRequests {
  private ResyncRequests() {}

  /** All members may be left out. */
  @Schema(name = "ResyncFilter")
  record Filter(
      @JsonProperty("purlPrefix") @Schema(description = "how the package URLs begin")
          String purlPrefix,
      @JsonProperty("pushedAfter") @Schema(description = "a time, ISO 8601") String pushedAfter,
      @JsonProperty("pushedBefore") @Schema(description = "a time, ISO 8601") String pushedBefore,
      @JsonProperty("keyVersion")
          @Schema(description = "the version of the repository's key that signed them")
          Integer keyVersion,
      @JsonProperty("lacks")
          @Schema(
              description =
                  "a form of signature that they do not have: legacy or bundle for images,"
                      + " signature for the others")
          String lacks) {
    private ResyncFilter event() {
      return new ResyncFilter(
          Optional.ofNullable(purlPrefix),
          time("pushedAfter", pushedAfter),
          time("pushedBefore", pushedBefore),
          Optional.ofNullable(keyVersion),
          Optional.ofNullable(lacks));
    }

    private static Optional<Instant> time(String member, String text) {
      try {
        return Optional.ofNullable(text).map(Instant::parse);
      } catch (DateTimeParseException e) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "filter." + member + " is a time such as 2026-11-30T08:00:00Z");
      }
    }
  }

  /** All members may be left out. */
  @Schema(name = "ResyncCampaign")
  record Campaign(
      @JsonProperty("campaign")
          @Schema(
              description =
                  "what tells it from all others, ever; the same again starts nothing; default: a"
                      + " new one")
          String campaign,
      @JsonProperty("owner") @Schema(description = "default: all owners") String owner,
      @JsonProperty("repository")
          @Schema(description = "owner/name, or the name beside an owner; default: all of them")
          String repository,
      @JsonProperty("formats") @Schema(description = "labels; default: all") Set<String> formats,
      @JsonProperty("filter") @Schema(description = "default: everything") Filter filter,
      @JsonProperty("mode")
          @Schema(
              description =
                  "ensure: what is in order does not change; rotate-archive: detached signatures"
                      + " are made anew, no signed byte changes; resign-all: everything is signed"
                      + " anew, which breaks clients that remember it; default ensure")
          ResyncMode mode,
      @JsonProperty("reason") @Schema(description = "for people") String reason,
      @JsonProperty("rate")
          @Schema(description = "most packages per second; default: what uploads leave")
          Integer rate,
      @JsonProperty("dryRun")
          @Schema(description = "true: nothing is signed, only told what would be; default false")
          Boolean dryRun,
      @JsonProperty("confirm")
          @Schema(description = "true: go on although it breaks clients; default false")
          Boolean confirm) {
    /** The only repository that it is about, if there is one. */
    Optional<RepositoryName> ofRepository() {
      return repository == null
          ? Optional.empty()
          : RepositoryName.parse(repository.contains("/") ? repository : owner + "/" + repository);
    }

    private String own() {
      return ofRepository().map(r -> r.owner() + "." + r.name() + ".").orElse("");
    }

    private void requireText() {
      if (formats != null && formats.contains(null)) {
        throw new ProblemException(Kind.INVALID_VALUE, "formats are labels");
      }
    }

    /** Of one repository only. */
    Campaign in(RepositoryName only) {
      if (owner != null || repository != null) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "owner and repository are those of the address: leave them out");
      }
      return new Campaign(
          campaign, null, only.toString(), formats, filter, mode, reason, rate, dryRun, confirm);
    }

    /**
     * @param anyId whether he may choose any id: those of the others are of their repository, or
     *     they could take away an operator's
     */
    ResyncRequested event(Campaigns campaigns, boolean anyId) {
      requireText();
      if (campaign != null && !anyId && !campaign.startsWith(own())) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "without the admin token campaign begins with " + own());
      }
      return new ResyncRequested(
          campaign == null ? campaigns.newId() : campaign,
          Optional.ofNullable(owner),
          Optional.ofNullable(repository),
          Optional.ofNullable(formats),
          Optional.ofNullable(filter).map(Filter::event),
          mode,
          Optional.ofNullable(reason),
          Optional.ofNullable(rate),
          Boolean.TRUE.equals(dryRun),
          Boolean.TRUE.equals(confirm));
    }
  }
}
