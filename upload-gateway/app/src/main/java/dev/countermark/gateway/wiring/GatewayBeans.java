package dev.countermark.gateway.wiring;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.events.BrokerIdentity;
import dev.countermark.gateway.events.GatewayLives;
import dev.countermark.gateway.events.Reconciler;
import dev.countermark.gateway.events.UntoldUploads;
import dev.countermark.gateway.events.WaitingPackages;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.integrity.Quarantine;
import dev.countermark.gateway.inventory.Inventories;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.kit.IntegrityEvents;
import dev.countermark.gateway.kit.PublicKeys;
import dev.countermark.gateway.kit.RequestMemory;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.kit.UnsignedUploads;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.gateway.kit.Waits;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.gateway.resync.Renewal;
import dev.countermark.gateway.retention.Retention;
import dev.countermark.gateway.scrub.Scrub;
import dev.countermark.gateway.scrub.ScrubMetrics;
import dev.countermark.gateway.scrub.ScrubProgress;
import dev.countermark.gateway.sweep.ContentSweeper;
import dev.countermark.gateway.sweep.SweepLease;
import dev.countermark.gateway.sweep.SweepMetrics;
import dev.countermark.gateway.transfer.Bodies;
import dev.countermark.gateway.transfer.Sender;
import dev.countermark.gateway.transfer.Transfers;
import dev.countermark.keys.HttpKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClientSettings;
import dev.countermark.keys.NotedKeys;
import dev.countermark.readiness.BrokerProbe;
import dev.countermark.readiness.Dependency;
import dev.countermark.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Arc;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Store, keys, clock and what else several packages share. */
@ApplicationScoped
class GatewayBeans {
  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  /**
   * @param endpoint where spans are sent, OTLP over HTTP; absent for nowhere
   * @param ratio of the requests that write, how many are traced, 0 to 1
   */
  @Produces
  @Singleton
  Tracing tracing(
      @ConfigProperty(name = "countermark.tracing.endpoint") Optional<URI> endpoint,
      @ConfigProperty(name = "countermark.tracing.ratio", defaultValue = "1") double ratio) {
    return Tracing.of(endpoint, "upload-gateway", ratio);
  }

  void close(@Disposes Tracing tracing) throws Exception {
    tracing.close();
  }

  @Produces
  @Singleton
  BlobStore store(StoreConfig config, RequestMemory memory) {
    String key = "countermark.store.secret-key";
    return S3BlobStore.open(
        new S3Settings(
            config.endpoint(),
            config.region(),
            config.bucket(),
            config.accessKey(),
            Secret.of(key, config.secretKey(), config.secretKeyFile())
                .orElseThrow(
                    () -> new IllegalArgumentException("missing: " + key + " or " + key + "-file")),
            config.trustCertificates(),
            config.timeout()),
        memory::drawForRecord);
  }

  void closeStore(@Disposes BlobStore store) throws Exception {
    if (store instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  /** Public material only: this service's credential may not sign. */
  @Produces
  @Singleton
  KeyClient keys(KeysConfig config, BlobStore store, Clock clock) {
    var service =
        new HttpKeyClient(
            new KeyClientSettings(
                config.url(),
                Secret.of(
                    "countermark.keys.credential", config.credential(), config.credentialFile()),
                config.trustCertificates(),
                config.clientCertificate(),
                config.clientKey(),
                config.connectTimeout(),
                config.requestTimeout(),
                Duration.ofSeconds(5)));
    return new NotedKeys(service, store, clock);
  }

  /**
   * Half of the heap is for what requests and views hold; the rest is for what serving them takes.
   *
   * @param memory bytes that bodies and views of all formats may hold together; half of the heap by
   *     default
   */
  @Produces
  @Singleton
  GatewayResources resources(
      @ConfigProperty(name = "countermark.gateway.memory") Optional<MemorySize> memory,
      MeterRegistry meters,
      Clock clock) {
    return new GatewayResources(
        memory.map(MemorySize::asLongValue).orElse(Runtime.getRuntime().maxMemory() / 2),
        Arc.container().getExecutorService(),
        meters,
        clock);
  }

  void close(@Disposes GatewayResources resources) {
    resources.close();
  }

  @Produces
  @Singleton
  PartReceiver parts(BlobStore store, GatewayResources resources) {
    return new PartReceiver(store, resources.bodies());
  }

  /**
   * Each transfer has 16 KiB of its own, whatever its client does.
   *
   * @param most bodies that may be on their way in or out at a time
   * @param mostOfAddress how many of them with one network address; as many as in all where every
   *     client comes by the address of a proxy
   * @param minimumRate bytes a second that a client must send, or take, while it is waited for;
   *     whoever does less over half a minute is cut off
   * @param shared bytes that fast transfers may hold together, beside what is their own
   */
  @Produces
  @Singleton
  Transfers transfers(
      @ConfigProperty(name = "countermark.gateway.transfers", defaultValue = "8192") int most,
      @ConfigProperty(name = "countermark.gateway.transfers-of-address", defaultValue = "4096")
          int mostOfAddress,
      @ConfigProperty(name = "countermark.gateway.minimum-rate", defaultValue = "1K")
          MemorySize minimumRate,
      @ConfigProperty(name = "countermark.gateway.transfer-memory", defaultValue = "32M")
          MemorySize shared,
      GatewayResources resources,
      MeterRegistry meters) {
    return new Transfers(
        new Transfers.Limits(most, mostOfAddress, minimumRate.asLongValue(), shared.asLongValue()),
        resources.transfers(),
        resources.timer(),
        meters,
        System::nanoTime);
  }

  @Produces
  @Singleton
  Sender sender(Transfers transfers) {
    return new Sender(transfers);
  }

  @Produces
  @Singleton
  Bodies bodies(
      Transfers transfers, SpoolFolder spool, GatewayResources resources, RequestMemory accounts) {
    return new Bodies(
        transfers, spool, resources.bodies(), () -> accounts.current(resources.requests()));
  }

  @Produces
  @Singleton
  PublicKeys publicKeys(Repositories repositories, KeyClient keys) {
    return new PublicKeys(repositories, keys);
  }

  /** Formats know repositories, and are told of what happened to one: they are asked for then. */
  @Produces
  @Singleton
  Repositories repositories(BlobStore store, Clock clock, Instance<GatewayFormats> formats) {
    return new Repositories(store, clock, name -> formats.get().forget(name));
  }

  /** Not at once: who finds something may hold what views wait for. */
  @Produces
  @Singleton
  Quarantine quarantine(
      BlobStore store,
      Clock clock,
      GatewayResources resources,
      MeterRegistry meters,
      Instance<GatewayFormats> formats) {
    Quarantine quarantine =
        new Quarantine(
            store,
            clock,
            key -> resources.maintenance().execute(() -> formats.get().damagedOrRight(key)));
    Gauge.builder("countermark.quarantine.objects", quarantine, Quarantine::size)
        .description("Objects that are not handed out: they are damaged, or name what is")
        .register(meters);
    return quarantine;
  }

  @Produces
  @Singleton
  Integrity integrity(BlobStore store, Quarantine quarantine) {
    return new Integrity(store, quarantine);
  }

  @Produces
  @Singleton
  Scrub scrub(
      Scrub.Parts parts, MeterRegistry meters, ScrubConfig config, BlobStore store, Clock clock) {
    return new Scrub(
        parts,
        new ScrubProgress(store, config.interval(), clock),
        new ScrubMetrics(meters),
        config.rate().asLongValue(),
        clock);
  }

  @Produces
  @Singleton
  Scrub.Parts scrubbed(
      BlobStore store,
      GatewayFormats formats,
      Integrity integrity,
      Quarantine quarantine,
      GatewayResources resources,
      IntegrityEvents events) {
    return new Scrub.Parts(store, formats, integrity, quarantine, resources.bodies(), events);
  }

  @Produces
  @Singleton
  Fence fence(BlobStore store) {
    return new Fence(store);
  }

  @Produces
  @Singleton
  UntoldUploads untoldUploads() {
    return new UntoldUploads();
  }

  @Produces
  @Singleton
  GatewayLives lives(BlobStore store, UntoldUploads untold, Clock clock) {
    return new GatewayLives(store, UUID.randomUUID().toString(), untold, clock);
  }

  @Produces
  @Singleton
  Reconciler reconciler(
      BlobStore store,
      UploadEvents events,
      GatewayLives lives,
      UntoldUploads untold,
      @Identifier("broker") Dependency.Probe broker,
      Renewal.Source renewals,
      MeterRegistry meters,
      Clock clock) {
    BrokerIdentity identity =
        new BrokerIdentity(
            store, () -> broker instanceof BrokerProbe probe ? probe.identity() : Optional.empty());
    Map<Reconciler.Repair, Counter> repaired = new EnumMap<>(Reconciler.Repair.class);
    for (Reconciler.Repair repair : Reconciler.Repair.values()) {
      repaired.put(
          repair,
          Counter.builder("countermark.reconciler.told")
              .description("Packages that signers were told of again")
              .tag("reason", repair.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
    return new Reconciler(
        store,
        events,
        renewals,
        new Reconciler.Reasons(lives, untold, identity),
        repair -> repaired.get(repair).increment(),
        clock);
  }

  @Produces
  @Singleton
  WaitingPackages waiting(BlobStore store, UploadEvents events, Clock clock) {
    return new WaitingPackages(store, events, clock);
  }

  @Produces
  @Singleton
  SettledPackages settled(BlobStore store, GatewayResources resources, RequestMemory memory) {
    return new SettledPackages(
        new Records(store),
        resources.readers(),
        () -> memory.rest(resources.requests()),
        resources.timer());
  }

  @Produces
  @Singleton
  UnsignedUploads unsignedUploads() {
    return new UnsignedUploads(System::nanoTime);
  }

  @Produces
  @Singleton
  Waits waits(BlobStore store) {
    return new Waits(new Records(store));
  }

  @Produces
  @Singleton
  ContentSweeper sweeper(BlobStore store, GatewayFormats formats, SweepConfig config, Clock clock) {
    return new ContentSweeper(store, formats, config.grace(), clock);
  }

  @Produces
  @Singleton
  Retention retention(
      BlobStore store,
      GatewayFormats formats,
      Inventories inventories,
      SweepConfig config,
      Clock clock) {
    return new Retention(store, formats, inventories, config.retention(), clock);
  }

  @Produces
  @Singleton
  SweepLease sweepLease(BlobStore store, SweepConfig config, Clock clock) {
    return new SweepLease(store, config.interval(), clock);
  }

  @Produces
  @Singleton
  SweepMetrics sweepMetrics(MeterRegistry registry, Clock clock) {
    return new SweepMetrics(registry, clock);
  }
}
