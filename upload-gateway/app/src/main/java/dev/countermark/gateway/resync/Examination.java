package dev.countermark.gateway.resync;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.ResyncResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/** What a campaign would do to the packages of a page, by their records alone. */
final class Examination implements CampaignWalk.Visit {
  private static final Logger LOG = Logger.getLogger(Examination.class);

  /** Of what breaks, so many are named. */
  private static final int MOST_NAMED = 100;

  private final ResyncMode mode;
  private final Breakages breakages;
  private final Staleness staleness;
  private final Map<String, Long> planned = new TreeMap<>();
  private final Map<ResyncResult, Long> results = new TreeMap<>();
  private final List<String> first;
  private final Set<String> remedies;
  private long broken;

  Examination(ResyncMode mode, Breakages breakages, Staleness staleness, Campaign.Broken before) {
    this.mode = mode;
    this.breakages = breakages;
    this.staleness = staleness;
    this.broken = before.count();
    this.first = new ArrayList<>(before.first());
    this.remedies = new LinkedHashSet<>(before.remedies());
  }

  Map<String, Long> planned() {
    return planned;
  }

  Map<ResyncResult, Long> results() {
    return results;
  }

  Campaign.Broken broken() {
    return new Campaign.Broken(broken, first, List.copyOf(remedies));
  }

  @Override
  public <R extends PackageRecord<R>> void look(Format<R, ?> format, R record) {
    planned.merge(format.label(), 1L, Long::sum);
    Optional<Breakages.Broken> breaks =
        mode == ResyncMode.RESIGN_ALL ? breakages.of(format, record) : Optional.empty();
    breaks.ifPresent(this::add);
    boolean changes = breaks.isPresent() || isStale(format, record);
    results.merge(changes ? ResyncResult.CHANGED : ResyncResult.UNCHANGED, 1L, Long::sum);
  }

  /** Where nobody can tell, as with a key that is lost, a signer would look. */
  private <R extends PackageRecord<R>> boolean isStale(Format<R, ?> format, R record) {
    try {
      return staleness.isStale(format, record, mode);
    } catch (Failure.Transient e) {
      if (e.obstacle().isPassing()) {
        throw e;
      }
    } catch (RuntimeException e) {
      LOG.debugf(e, "nobody can tell of %s", record.packageName());
    }
    return true;
  }

  private void add(Breakages.Broken one) {
    broken++;
    remedies.add(one.remedy());
    if (first.size() < MOST_NAMED) {
      first.add(one.name());
    }
  }
}
