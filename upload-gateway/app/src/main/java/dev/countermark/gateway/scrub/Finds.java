package dev.countermark.gateway.scrub;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageDamaged;
import dev.countermark.contracts.Events.PackageRepaired;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.integrity.Mark;
import dev.countermark.gateway.integrity.Quarantine;
import dev.countermark.gateway.integrity.Sum;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.IntegrityEvents;
import dev.countermark.gateway.kit.Marks.About;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * What becomes of what was found: it is put right, or marked; whoever listens is told. The mark
 * comes first and says whether somebody was told: what a crash leaves untold is told later.
 */
final class Finds {
  private static final Logger LOG = Logger.getLogger(Finds.class);

  private final Records records;
  private final Quarantine quarantine;
  private final GatewayFormats formats;
  private final Copies copies;
  private final IntegrityEvents events;
  private final ScrubMetrics metrics;
  private final Clock clock;

  Finds(
      BlobStore store,
      Quarantine quarantine,
      GatewayFormats formats,
      MemoryBudget memory,
      IntegrityEvents events,
      ScrubMetrics metrics,
      Clock clock) {
    this.records = new Records(store);
    this.quarantine = quarantine;
    this.formats = formats;
    this.copies = new Copies(store, formats, memory);
    this.events = events;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Whether an object that is damaged could be put right. */
  boolean repaired(String key, Sum sum) {
    boolean repaired = copies.repair(key, sum);
    if (repaired) {
      LOG.errorf("damaged: %s was not what was stored; it was put right by a copy", key);
      metrics.repaired();
    }
    return repaired;
  }

  /**
   * Keeps what is damaged from being handed out.
   *
   * @param holder the object that is damaged, or names what is
   * @param damaged keys of what is
   */
  void damaged(GatewayFormat<?, ?> format, String holder, List<String> damaged) {
    for (String key : damaged) {
      if (!quarantine.holds(key)) {
        LOG.errorf("damaged: %s is not what was stored; %s needs it", key, holder);
        metrics.found();
      }
      quarantine.hold(key, List.of(key));
    }
    quarantine.hold(holder, damaged);
    quarantine.find(holder).ifPresent(mark -> tell(format, mark));
  }

  /** Lets be handed out what is right. */
  void right(String key) {
    if (!quarantine.holds(key)) {
      return;
    }
    mark(key).filter(Mark::told).ifPresent(this::tellRight);
    quarantine.lift(key);
    LOG.infof("%s is right again", key);
  }

  /** The mark of an object; one that cannot be read is as good as none. */
  Optional<Mark> mark(String key) {
    try {
      return quarantine.find(key);
    } catch (Json.MalformedJsonException e) {
      return Optional.empty();
    }
  }

  /** Tells of a mark that nobody was told of. */
  void tell(Mark mark) {
    format(mark.key()).ifPresent(format -> tell(format, mark));
  }

  private Optional<GatewayFormat<?, ?>> format(String key) {
    return formats.all().stream().filter(f -> key.startsWith(f.format().root())).findFirst();
  }

  private void tell(GatewayFormat<?, ?> format, Mark mark) {
    if (mark.told()) {
      return;
    }
    about(
        format,
        mark,
        (of, object) ->
            events.damaged(
                format.format(),
                new PackageDamaged(
                    of.repository(), of.name(), of.digest(), object, mark.foundAt())));
    quarantine.told(mark.key());
  }

  private void tellRight(Mark mark) {
    format(mark.key())
        .ifPresent(
            format ->
                about(
                    format,
                    mark,
                    (of, object) ->
                        events.repaired(
                            format.format(),
                            new PackageRepaired(
                                of.repository(),
                                of.name(),
                                of.digest(),
                                object,
                                clock.instant().truncatedTo(ChronoUnit.MILLIS)))));
  }

  /** Of a record that cannot be read only the log tells: nobody knows what it said. */
  private void about(GatewayFormat<?, ?> format, Mark mark, BiConsumer<About, String> event) {
    try {
      about(format, mark.key())
          .ifPresent(of -> mark.damaged().forEach(object -> event.accept(of, object)));
    } catch (Json.MalformedJsonException e) {
      LOG.debugf("nothing is known of %s: %s", mark.key(), e.getMessage());
    }
  }

  private <R extends PackageRecord<R>> Optional<About> about(
      GatewayFormat<R, ?> format, String key) {
    return format.format().isRecord(key)
        ? records
            .read(key, format.format().recordType())
            .map(r -> new About(r.repository(), r.packageName(), r.digest()))
        : format.marks().about(key);
  }

  /** The hash of an object that is content; empty for records. */
  Optional<Sum> sumOf(String key) {
    return ObjectKeys.sha256Of(key)
        .map(hex -> new Sum("sha256", hex))
        .or(() -> format(key).flatMap(f -> f.marks().itself(key)));
  }

  /** Whether a record can be read, and holds what its digests say. */
  boolean isReadable(String key) {
    return format(key).map(format -> isReadable(format, key)).orElse(true);
  }

  private <R extends PackageRecord<R>> boolean isReadable(GatewayFormat<R, ?> format, String key) {
    try {
      return !format.format().isRecord(key)
          || records
              .read(key, format.format().recordType())
              .filter(r -> !format.isRight(r))
              .isEmpty();
    } catch (Json.MalformedJsonException e) {
      return false;
    }
  }

  /**
   * Whether a record still names one of the objects, or says itself what cannot be.
   *
   * @throws dev.countermark.contracts.Failure.Transient when the store fails
   */
  boolean names(String holder, List<String> objects) {
    return format(holder).map(format -> names(format, holder, objects)).orElse(false);
  }

  private <R extends PackageRecord<R>> boolean names(
      GatewayFormat<R, ?> format, String holder, List<String> objects) {
    try {
      if (!format.format().isRecord(holder)) {
        return format.marks().parts(holder, records).anyMatch(part -> objects.contains(key(part)));
      }
      return records
          .read(holder, format.format().recordType())
          .filter(
              r -> !format.isRight(r) || r.parts().anyMatch(part -> objects.contains(key(part))))
          .isPresent();
    } catch (Json.MalformedJsonException e) {
      return true;
    }
  }

  private static String key(Part part) {
    return ObjectKeys.content(part.sha256(), part.upload());
  }
}
