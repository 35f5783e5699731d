package dev.countermark.gateway.resync;

import dev.countermark.contracts.Events.ResyncFilter;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a request for a campaign asks for, once it is known to make sense. */
public final class CampaignOrder {
  private static final Pattern OWNER = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final int MOST_PER_SECOND = 100_000;
  private static final int LONGEST_REASON = 1_000;

  private final ResyncRequested request;
  private final List<Format<?, ?>> formats;
  private final Optional<RepositoryName> repository;

  private CampaignOrder(
      ResyncRequested request, List<Format<?, ?>> formats, Optional<RepositoryName> repository) {
    this.request = request;
    this.formats = formats;
    this.repository = repository;
  }

  /** Says what does not make sense. */
  public static final class SenselessException extends Exception {
    SenselessException(String message) {
      super(message);
    }
  }

  /**
   * @param known the formats that there are
   * @throws SenselessException with a reason for people
   */
  static CampaignOrder of(ResyncRequested request, List<? extends Format<?, ?>> known)
      throws SenselessException {
    require(
        ResyncRequested.isId(request.campaign()),
        "campaign is 1 to 100 of A-Z, a-z, 0-9, dot, hyphen and underscore, and begins with none"
            + " of the last three");
    require(
        !request.campaign().startsWith(StaleRenewal.CAMPAIGN),
        "what begins with " + StaleRenewal.CAMPAIGN + " is the gateway's own");
    require(
        request.owner().filter(owner -> !OWNER.matcher(owner).matches()).isEmpty(),
        "owner is 1 to 63 of a-z, 0-9 and inner hyphens");
    require(
        request.rate().filter(rate -> rate < 1 || rate > MOST_PER_SECOND).isEmpty(),
        "rate is a number of packages per second, 1 to " + MOST_PER_SECOND);
    require(
        request.reason().filter(reason -> reason.length() > LONGEST_REASON).isEmpty(),
        "reason has at most " + LONGEST_REASON + " characters");
    for (String label : request.formats().orElseGet(java.util.Set::of)) {
      require(
          known.stream().anyMatch(f -> f.label().equals(label)),
          "a format is not known: "
              + label
              + "; there are "
              + known.stream().map(Format::label).collect(Collectors.joining(", ")));
    }
    List<Format<?, ?>> formats =
        known.stream()
            .<Format<?, ?>>map(f -> f)
            .filter(f -> request.formats().filter(wanted -> !wanted.contains(f.label())).isEmpty())
            .toList();
    return new CampaignOrder(request, formats, repository(request));
  }

  private static void require(boolean makesSense, String otherwise) throws SenselessException {
    if (!makesSense) {
      throw new SenselessException(otherwise);
    }
  }

  private static Optional<RepositoryName> repository(ResyncRequested request)
      throws SenselessException {
    if (request.repository().isEmpty()) {
      return Optional.empty();
    }
    String given = request.repository().get();
    String full = given.contains("/") ? given : request.owner().orElse("") + "/" + given;
    Optional<RepositoryName> name = RepositoryName.parse(full);
    require(name.isPresent(), "repository is owner/name, or the name beside an owner");
    require(
        request.owner().filter(owner -> !owner.equals(name.get().owner())).isEmpty(),
        "owner and repository name two owners");
    return name;
  }

  ResyncRequested request() {
    return request;
  }

  /** In order of their labels, and so of their keys. */
  List<Format<?, ?>> formats() {
    return formats;
  }

  /** The repository that it is about, if it is about one. */
  Optional<RepositoryName> repository() {
    return repository;
  }

  /** Whose packages it is about; empty for everybody's. */
  Optional<String> owner() {
    return repository.map(RepositoryName::owner).or(request::owner);
  }

  /** Keys below which the packages of a format lie that it is about, among others. */
  String prefix(Format<?, ?> format) {
    return repository
        .map(format::records)
        .orElseGet(() -> format.root() + owner().map(o -> o + "/").orElse(""));
  }

  /** Whether somebody should first know whom it breaks. */
  boolean mayBreak() {
    return request.mode() == ResyncMode.RESIGN_ALL;
  }

  /** Whether a package can be signed and is asked for. */
  <R extends PackageRecord<R>> boolean isAbout(Format<R, ?> format, R record) {
    if (record.neverSigned() || record.state() == State.DELETED || record.isTakenBack()) {
      return false;
    }
    ResyncFilter filter = request.filter().orElse(null);
    if (filter == null) {
      return true;
    }
    return filter.purlPrefix().filter(p -> !format.purl(record).startsWith(p)).isEmpty()
        && filter.pushedAfter().filter(t -> !record.acceptedAt().isAfter(t)).isEmpty()
        && filter.pushedBefore().filter(t -> !record.acceptedAt().isBefore(t)).isEmpty()
        && filter
            .keyVersion()
            .filter(v -> record.inForce().filter(by -> by.keyVersion() == v).isEmpty())
            .isEmpty()
        && filter.lacks().filter(form -> format.signatureForms(record).contains(form)).isEmpty();
  }
}
