package dev.countermark.gateway.resync;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageResynced;
import dev.countermark.contracts.Events.ResyncFilter;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.ResyncResult;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.testkit.time.HandSetClock;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Gateways that go on with campaigns, and signers that answer them, step by step. */
final class TestCampaigns {
  static final Campaigns.Requester ADMINISTRATOR =
      new Campaigns.Requester(Optional.of("test"), true);

  final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-30T10:00:00Z"));
  final List<PackageResyncRequested> published = new ArrayList<>();
  final InMemoryKeyClient keys =
      new InMemoryKeyClient(
          clock,
          Formats.all().stream()
              .collect(Collectors.toMap(f -> new Purpose(f.label()), Format::key)));
  boolean brokerIsAway;
  int askedForKeys;
  Optional<RepositoryName> unusable = Optional.empty();
  boolean uploadsWait;

  private final GatewayFormats formats = TestFormats.all();
  private final BlobStore store;
  private final Queue<PackageResyncRequested> queue = new ArrayDeque<>();
  private final Set<String> signed = new HashSet<>();

  /** What a signer says of a package; empty for one that it has not signed before. */
  Function<PackageResyncRequested, Optional<ResyncResult>> signer = request -> Optional.empty();

  TestCampaigns(BlobStore store) {
    this.store = store;
    repository(RepositoryName.of("acme/app"));
  }

  /** One without settings, for campaigns that name it. */
  void repository(RepositoryName name) {
    new Records(store)
        .create(ObjectKeys.repository(name), new RepositoryRecord(1, name, Instant.EPOCH));
  }

  private final ResyncPublisher publisher =
      new ResyncPublisher() {
        @Override
        public CompletionStage<Void> publish(Format<?, ?> format, PackageResyncRequested request) {
          if (brokerIsAway) {
            return CompletableFuture.failedFuture(new Failure.Transient("no broker", null));
          }
          published.add(request);
          queue.add(request);
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public void progressed(Campaign campaign) {}
      };

  /** A gateway of its own. */
  Campaigns gateway() {
    return new Campaigns(
        formats.all(),
        new CampaignRun.Parts(
            new CampaignStore(store),
            () -> new CampaignWalk(store, 100, Runnable::run),
            publisher,
            new Breakages(formats),
            this::staleness,
            result -> {},
            UUID.randomUUID().toString(),
            clock),
        () -> uploadsWait);
  }

  private Staleness staleness() {
    KeyClient seen =
        (KeyClient)
            Proxy.newProxyInstance(
                KeyClient.class.getClassLoader(),
                new Class<?>[] {KeyClient.class},
                (proxy, method, arguments) -> {
                  askedForKeys++;
                  if (unusable.filter(r -> r.equals(arguments[0])).isPresent()) {
                    throw new Failure.Transient(
                        Obstacle.KEY_UNUSABLE, "its record is damaged", null);
                  }
                  return method.invoke(keys, arguments);
                });
    Records records = new Records(store);
    return new Staleness(
        formats, seen, name -> records.read(ObjectKeys.repository(name), RepositoryRecord.class));
  }

  /** What a gateway asks for without a campaign. */
  Renewal.Source renewals() {
    return () -> new StaleRenewal(staleness(), publisher, clock);
  }

  static ResyncRequested wanted(String id, String repository, ResyncMode mode) {
    return wanted(id, repository, mode, Optional.empty(), false, false);
  }

  static ResyncRequested wanted(
      String id,
      String repository,
      ResyncMode mode,
      Optional<ResyncFilter> filter,
      boolean dryRun,
      boolean confirm) {
    return new ResyncRequested(
        id,
        Optional.empty(),
        Optional.ofNullable(repository),
        Optional.empty(),
        filter,
        mode,
        Optional.empty(),
        Optional.empty(),
        dryRun,
        confirm);
  }

  /** As many packages as may be are answered, the first time as signed anew. */
  void sign(Campaigns heard, int most) {
    for (int i = 0; i < most && !queue.isEmpty(); i++) {
      PackageResyncRequested request = queue.remove();
      String key = request.name() + request.digest();
      Optional<ResyncResult> said = signer.apply(request);
      ResyncResult result =
          said.orElseGet(() -> signed.add(key) ? ResyncResult.CHANGED : ResyncResult.UNCHANGED);
      boolean has =
          said.isEmpty() && (result == ResyncResult.CHANGED || result == ResyncResult.UNCHANGED);
      heard.heard(
          new PackageResynced(
              request.repository(),
              request.name(),
              request.digest(),
              request.campaign(),
              result,
              Optional.empty(),
              Optional.empty(),
              has ? Optional.of("the new one") : Optional.empty()));
    }
  }

  /** What signers have not answered is lost with what was to hear it. */
  void loseAnswers() {
    queue.clear();
  }

  /** Goes on until the campaign has ended. */
  CampaignStatus end(Campaigns gateway, String id) {
    for (int i = 0; i < 10_000; i++) {
      gateway.step();
      sign(gateway, 1_000);
      clock.advance(Duration.ofMillis(100));
      CampaignStatus status = gateway.find(id).orElseThrow();
      if (status.hasEnded()) {
        return status;
      }
    }
    throw new AssertionError("does not end: " + gateway.find(id));
  }
}
