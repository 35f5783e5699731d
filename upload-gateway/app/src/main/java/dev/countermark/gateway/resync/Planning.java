package dev.countermark.gateway.resync;

import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.ResyncResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** What a campaign plans of a page: a signer looks at each that is not dealt with by that. */
final class Planning implements CampaignWalk.Visit {
  private static final Logger LOG = Logger.getLogger(Planning.class);

  /** Said of a campaign, and of a package that has become one that breaks meanwhile. */
  static final String NOT_CONFIRMED = "it breaks clients, and was not confirmed";

  private final ResyncRequested request;
  private final Breakages breakages;
  private final Optional<Staleness> staleness;
  private final List<Batch.Item> items = new ArrayList<>();

  Planning(ResyncRequested request, Breakages breakages, Staleness.Source staleness) {
    this.request = request;
    this.breakages = breakages;
    this.staleness =
        request.mode() == ResyncMode.ENSURE ? Optional.of(staleness.get()) : Optional.empty();
  }

  List<Batch.Item> items() {
    return items;
  }

  @Override
  public <R extends PackageRecord<R>> void look(Format<R, ?> format, R record) {
    Batch.Item item =
        new Batch.Item(
            format.label(),
            record.repository(),
            record.packageName(),
            record.digest(),
            record.inForce().map(InForce::id),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    items.add(
        isInOrder(format, record)
            ? item.with(ResyncResult.UNCHANGED, Optional.empty(), Optional.empty())
            : refused(format, record)
                .map(why -> item.with(ResyncResult.REFUSED, Optional.empty(), Optional.of(why)))
                .orElse(item));
  }

  /** What certainly is as it should be, no signer needs to look at. */
  private <R extends PackageRecord<R>> boolean isInOrder(Format<R, ?> format, R record) {
    try {
      return staleness.filter(s -> s.isInOrder(format, record)).isPresent();
    } catch (RuntimeException e) {
      // Whatever it is, it must not keep the campaign from the others.
      LOG.debugf(e, "a signer looks at %s", record.packageName());
      return false;
    }
  }

  /** Nobody was asked about what was signed only after the campaign had looked whom it breaks. */
  private <R extends PackageRecord<R>> Optional<String> refused(Format<R, ?> format, R record) {
    return request.mode() == ResyncMode.RESIGN_ALL && !request.confirm()
        ? breakages.of(format, record).map(broken -> NOT_CONFIRMED)
        : Optional.empty();
  }
}
