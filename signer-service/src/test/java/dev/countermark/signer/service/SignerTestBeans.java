package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningWorker;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keys in this process, and a real store and broker that fail when a test wants it. */
@ApplicationScoped
public class SignerTestBeans {
  public static final InMemoryKeyClient KEYS = new InMemoryKeyClient();

  /** The service's own; set when it starts. */
  public static volatile ObservedBlobStore store;

  /** Whether the key service does not answer. */
  public static volatile boolean keysAway;

  /** Why it does not answer. */
  public static volatile Obstacle keysObstacle = Obstacle.KEY_SERVICE_UNAVAILABLE;

  /** How often the key service was asked while it did not answer. */
  public static final AtomicInteger REFUSED_CALLS = new AtomicInteger();

  /** By digest: how often the publication of its outcome fails. */
  public static final Map<String, AtomicInteger> BROKEN_PUBLICATIONS = new ConcurrentHashMap<>();

  @Produces
  @Singleton
  @Alternative
  @Priority(1)
  KeyClients keys() {
    return format -> AWAY_AT_TIMES;
  }

  private static final KeyClient AWAY_AT_TIMES =
      new KeyClient() {
        @Override
        public void probe() {
          requireKeys();
        }

        @Override
        public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
          requireKeys();
          return KEYS.current(repository, purpose);
        }

        @Override
        public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
          requireKeys();
          return KEYS.versions(repository, purpose);
        }

        @Override
        public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
          requireKeys();
          return KEYS.sign(repository, purpose, items);
        }
      };

  private static void requireKeys() {
    if (keysAway) {
      REFUSED_CALLS.incrementAndGet();
      throw new Failure.Transient(keysObstacle, "the key service went away on purpose", null);
    }
  }

  /** Everything works again. */
  public static void repair() {
    keysAway = false;
    keysObstacle = Obstacle.KEY_SERVICE_UNAVAILABLE;
    store.beforeReplace = key -> {};
    store.afterReplace = key -> {};
    BROKEN_PUBLICATIONS.clear();
  }

  @Produces
  @Singleton
  @Alternative
  @Priority(1)
  BlobStore store(StoreConfig config) {
    store =
        new ObservedBlobStore(
            S3BlobStore.open(
                new S3Settings(
                    config.endpoint(),
                    config.region(),
                    config.bucket(),
                    config.accessKey(),
                    config.secretKey().orElseThrow())));
    return store;
  }

  @Alternative
  @Priority(1)
  @ApplicationScoped
  static class BrokenOutcomes implements SigningWorker.Outcomes<PackageRequest, SignedArtifact> {
    private final KafkaPublisher publisher;

    BrokenOutcomes(KafkaPublisher publisher) {
      this.publisher = publisher;
    }

    @Override
    public CompletionStage<Void> publish(
        PackageRequest request, SigningOutcome<SignedArtifact> outcome) {
      AtomicInteger broken = BROKEN_PUBLICATIONS.get(request.digest());
      return broken != null && broken.getAndDecrement() > 0
          ? CompletableFuture.failedStage(new Failure.Transient("broken on purpose", null))
          : publisher.publish(request, outcome);
    }
  }
}
