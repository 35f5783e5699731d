package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.keys.HttpKeyClient;
import dev.countermark.keys.NotedKeys;
import dev.countermark.signing.KeyedDispatcher;
import dev.countermark.signing.RetryPolicy;
import dev.countermark.signing.SigningMetrics;
import dev.countermark.signing.SigningWorker;
import dev.countermark.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Puts the parts together from the settings. Each format brings its {@link SignerFormat}, with its
 * label as {@link Identifier}, and a bean with its two channels, which hand over to the {@link
 * SignerHost}.
 */
@ApplicationScoped
class SignerBeans {
  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  /**
   * @param endpoint where spans are sent, OTLP over HTTP; absent for nowhere
   * @param ratio of the requests that are of no trace yet, how many are traced, 0 to 1
   */
  @Produces
  @Singleton
  Tracing tracing(
      @ConfigProperty(name = "countermark.tracing.endpoint") Optional<URI> endpoint,
      @ConfigProperty(name = "countermark.tracing.ratio", defaultValue = "1") double ratio) {
    return Tracing.of(endpoint, "signer", ratio);
  }

  void closeTracing(@Disposes Tracing tracing) throws Exception {
    tracing.close();
  }

  @Produces
  @Singleton
  BlobStore store(
      StoreConfig config, SignerResources resources, MeterRegistry meters, Tracing tracing) {
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
                config.timeout()),
            resources.memory()::record),
        meters,
        tracing);
  }

  void closeStore(@Disposes BlobStore store) throws Exception {
    if (store instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  @Produces
  @Singleton
  KeyClients keys(KeysConfig config, Tracing tracing, BlobStore store, Clock clock) {
    return new ConfiguredKeyClients(
        config,
        Formats.all().stream().map(Format::label).toList(),
        settings -> new NotedKeys(new HttpKeyClient(settings, tracing::current), store, clock));
  }

  @Produces
  @Singleton
  RepositorySettings repositories(BlobStore store, SignerConfig config, Clock clock) {
    return new RepositorySettings(new Records(store), config.settingsTtl(), clock);
  }

  @Produces
  @Singleton
  SignerResources resources(SignerConfig config, MeterRegistry meters) {
    return SignerResources.ofHeap(
            config.threads(),
            config.resyncThreads(),
            config.restingMemory().asLongValue(),
            config.memoryShare())
        .watchedBy(meters);
  }

  void closeResources(@Disposes SignerResources resources) {
    resources.close();
  }

  @Produces
  @Singleton
  RecordSigners signers(
      @Any Instance<SignerFormat<?, ?>> formats,
      BlobStore store,
      RepositorySettings repositories,
      SignerResources resources,
      Clock clock) {
    return new RecordSigners(formats, new Records(store), repositories, resources.memory(), clock);
  }

  @Produces
  @Singleton
  SigningWorker.Ends<PackageRequest, SignedArtifact> ends(
      SigningWorker.Outcomes<PackageRequest, SignedArtifact> outcomes,
      SigningWorker.DeadLetters deadLetters,
      BlobStore store) {
    return new SigningWorker.Ends<>(outcomes, deadLetters, new StoredWaitingNotes(store));
  }

  /** At once, not with the first record: a wrong setting must stop the service. */
  @Startup
  @Produces
  @Singleton
  SignerHost host(
      RecordSigners signers,
      SignerResources resources,
      SigningWorker.Ends<PackageRequest, SignedArtifact> ends,
      MeterRegistry meters,
      Clock clock,
      SignerConfig config,
      Tracing tracing) {
    Map<String, SigningWorker<PackageRequest, SignedArtifact>> workers = new HashMap<>();
    var retry = config.retry();
    var retries =
        new SigningWorker.Retries(
            new RetryPolicy(
                retry.base(), retry.cap(), retry.maxAttempts(), retry.maxElapsed(), retry.rest()),
            clock,
            () -> ThreadLocalRandom.current().nextLong());
    for (Format<?, ?> format : HostedFormats.of(config.formats(), signers.known())) {
      KeyedDispatcher dispatcher =
          new KeyedDispatcher(
              resources.threads(),
              config.uploadMemory().asLongValue(),
              config.resyncMemory().asLongValue());
      SigningMetrics metrics = new SigningMetrics(meters, format.label());
      metrics.watch(dispatcher);
      workers.put(
          format.label(),
          new SigningWorker<>(
              dispatcher,
              new EventDecoder(format),
              new TracedSigner(signers.of(format), tracing),
              ends,
              retries,
              metrics));
    }
    return new SignerHost(workers);
  }
}
