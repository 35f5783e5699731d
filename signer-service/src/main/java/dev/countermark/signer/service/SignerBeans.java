package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.signing.FormatSigner;
import dev.countermark.signing.KeyedDispatcher;
import dev.countermark.signing.RetryPolicy;
import dev.countermark.signing.SigningMetrics;
import dev.countermark.signing.SigningWorker;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ThreadLocalRandom;

/** Puts the parts together from the settings. The service brings its {@link FormatSigner}. */
@ApplicationScoped
class SignerBeans {
  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  BlobStore store(StoreConfig config, MeterRegistry meters) {
    String key = "countermark.store.secret-key";
    return new MeteredBlobStore(
        S3BlobStore.open(
            new S3Settings(
                config.endpoint(),
                config.region(),
                config.bucket(),
                config.accessKey(),
                Secret.of(key, config.secretKey(), key + "-file", config.secretKeyFile())
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "missing: " + key + " or " + key + "-file")),
                config.trustCertificates(),
                config.timeout())),
        meters);
  }

  void closeStore(@Disposes BlobStore store) throws Exception {
    if (store instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  @Produces
  @Singleton
  KeyClients keys(KeysConfig config) {
    return new ConfiguredKeyClients(config, Formats.all().stream().map(Format::label).toList());
  }

  @Produces
  @Singleton
  RepositorySettings repositories(BlobStore store, SignerConfig config, Clock clock) {
    return new RepositorySettings(new Records(store), config.settingsTtl(), clock);
  }

  @Produces
  @Singleton
  SignerResources resources(SignerConfig config, MeterRegistry meters) {
    return SignerResources.ofHeap(config.threads(), config.resyncThreads(), config.memoryShare())
        .watchedBy(meters);
  }

  void closeResources(@Disposes SignerResources resources) {
    resources.close();
  }

  @Produces
  @Singleton
  KeyedDispatcher dispatcher(SignerResources resources, SignerConfig config) {
    return new KeyedDispatcher(resources.threads(), config.uploadSlots(), config.resyncSlots());
  }

  void closeDispatcher(@Disposes KeyedDispatcher dispatcher) {
    dispatcher.close();
  }

  @Produces
  @Singleton
  SigningWorker<PackageRequest, SignedArtifact> worker(
      KeyedDispatcher dispatcher,
      FormatSigner<PackageRequest, SignedArtifact> signer,
      SigningWorker.Outcomes<PackageRequest, SignedArtifact> outcomes,
      SigningWorker.DeadLetters deadLetters,
      MeterRegistry meters,
      Clock clock,
      SignerConfig config) {
    Format<?, ?> format = config.format();
    SigningMetrics metrics = new SigningMetrics(meters, format.label());
    metrics.watch(dispatcher);
    var retry = config.retry();
    return new SigningWorker<>(
        dispatcher,
        new EventDecoder(format),
        signer,
        outcomes,
        deadLetters,
        new RetryPolicy(retry.base(), retry.cap(), retry.maxAttempts(), retry.maxElapsed()),
        metrics,
        clock,
        () -> ThreadLocalRandom.current().nextLong());
  }
}
