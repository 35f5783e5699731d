package dev.countermark.gateway.resync;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncResult;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.kit.RequestMemory;
import dev.countermark.gateway.kit.UnsignedUploads;
import dev.countermark.keys.KeyClient;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Puts the campaigns together, and goes on with them. */
@ApplicationScoped
class ResyncWiring {
  private static final Logger LOG = Logger.getLogger(ResyncWiring.class);

  /** Objects of a page, which is a batch at most. */
  private static final int PAGE = 100;

  private static final long PAUSE_MILLIS = 100;

  /** After so many steps somebody else may want the thread. */
  private static final int STEPS = 1_000;

  /**
   * @param yieldAfter while an upload waits longer than that for its signature, no campaign asks
   *     for more
   */
  @Produces
  @Singleton
  Campaigns campaigns(
      BlobStore store,
      GatewayFormats formats,
      Staleness.Source staleness,
      ResyncPublisher publisher,
      UnsignedUploads uploads,
      GatewayResources resources,
      MeterRegistry meters,
      Clock clock,
      @ConfigProperty(name = "countermark.gateway.resync-yield-after", defaultValue = "PT2S")
          Duration yieldAfter) {
    for (ResyncResult result : ResyncResult.values()) {
      counter(meters, result);
    }
    Executor reads = resources.readers("resyncs");
    CampaignRun.Parts parts =
        new CampaignRun.Parts(
            new CampaignStore(store),
            () -> new CampaignWalk(store, PAGE, reads),
            publisher,
            new Breakages(formats),
            staleness,
            result -> counter(meters, result).increment(),
            UUID.randomUUID().toString(),
            clock);
    Campaigns campaigns =
        new Campaigns(formats.all(), parts, () -> uploads.oldest().compareTo(yieldAfter) > 0);
    Gauge.builder("countermark.resyncs.active", campaigns::active)
        .description("Campaigns that this gateway is at")
        .register(meters);
    Gauge.builder("countermark.resyncs.in.flight", campaigns::inFlight)
        .description("Packages of its campaigns that signers have")
        .register(meters);
    Gauge.builder("countermark.resyncs.planned", campaigns::planned)
        .description("Packages that were planned in the campaigns that this gateway is at")
        .register(meters);
    Gauge.builder("countermark.resyncs.done", campaigns::done)
        .description("Packages that are dealt with in the campaigns that this gateway is at")
        .register(meters);
    return campaigns;
  }

  @Produces
  @Singleton
  Staleness.Source staleness(GatewayFormats formats, KeyClient keys, BlobStore store) {
    Records records = new Records(store);
    return () ->
        new Staleness(
            formats,
            keys,
            name -> records.read(ObjectKeys.repository(name), RepositoryRecord.class));
  }

  @Produces
  @Singleton
  Renewal.Source renewals(Staleness.Source staleness, ResyncPublisher publisher, Clock clock) {
    return () -> new StaleRenewal(staleness.get(), publisher, clock);
  }

  @Produces
  @Singleton
  CampaignWaits waits(Campaigns campaigns, GatewayResources resources, RequestMemory memory) {
    return new CampaignWaits(
        campaigns::find,
        () -> memory.rest(resources.requests()),
        resources.coordination(),
        resources.timer());
  }

  private static Counter counter(MeterRegistry meters, ResyncResult result) {
    return Counter.builder("countermark.resyncs.packages")
        .description("Packages of campaigns that signers dealt with")
        .tag("result", result.label())
        .register(meters);
  }

  void start(@Observes StartupEvent started, Campaigns campaigns, GatewayResources resources) {
    ScheduledFuture<?> unused =
        resources
            .coordination()
            .scheduleWithFixedDelay(
                () -> goOn(campaigns), PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static void goOn(Campaigns campaigns) {
    try {
      for (int i = 0; i < STEPS && campaigns.step(); i++) {
        // as long as there is more to do at once
      }
    } catch (Failure e) {
      LOG.warnf("resync campaigns go on later: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("resync campaigns go on later", e);
    }
  }
}
