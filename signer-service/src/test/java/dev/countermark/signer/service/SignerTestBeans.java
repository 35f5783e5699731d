package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.KafkaPublisher;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signer.service.StoreConfig;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningWorker;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keys in this process, and a real store and broker that fail when a test wants it. */
@ApplicationScoped
class TestBeans {
  static final InMemoryKeyClient KEYS = new InMemoryKeyClient();
  static volatile ObservedBlobStore store;

  /** By digest: how often the publication of its outcome fails. */
  static final Map<String, AtomicInteger> BROKEN_PUBLICATIONS = new ConcurrentHashMap<>();

  @Produces
  @Singleton
  @Alternative
  @Priority(1)
  KeyClient keys() {
    return KEYS;
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
