package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.keys.HttpKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClientSettings;
import dev.countermark.signing.KeyedDispatcher;
import dev.countermark.signing.KeyedDispatcher.Share;
import dev.countermark.signing.RetryPolicy;
import dev.countermark.signing.SigningMetrics;
import dev.countermark.signing.SigningWorker;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The only place that knows how the parts are put together, and from which settings. */
@ApplicationScoped
class SignerBeans {
  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  BlobStore store(StoreConfig config) {
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
            config.timeout()));
  }

  void closeStore(@Disposes BlobStore store) throws Exception {
    if (store instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  /** Asks for the current key each time: after a rotation a resync must not see the old one. */
  @Produces
  @Singleton
  KeyClient keys(KeysConfig config) {
    return new HttpKeyClient(
        new KeyClientSettings(
            config.url(),
            Secret.of("countermark.keys.credential", config.credential(), config.credentialFile()),
            config.trustCertificates(),
            config.clientCertificate(),
            config.clientKey(),
            config.connectTimeout(),
            config.requestTimeout(),
            Duration.ZERO));
  }

  @Produces
  @Singleton
  SignOciManifest useCase(
      BlobStore store,
      KeyClient keys,
      Clock clock,
      SignerConfig config,
      @ConfigProperty(name = "countermark.public-url") URI publicUrl) {
    Records records = new Records(store);
    return new SignOciManifest(
        records,
        new RepositorySettings(records, config.settingsTtl(), clock),
        new ManifestSigner(
            new TagReferences(store, records, publicUrl.getRawAuthority()), keys, clock),
        new SignOciManifest.Limits(config.limits().indexDepth(), config.limits().indexManifests()),
        clock);
  }

  @Produces
  @Singleton
  SigningThreads threads(SignerConfig config) {
    return new SigningThreads(config.threads());
  }

  void closeThreads(@Disposes SigningThreads threads) {
    threads.close();
  }

  @Produces
  @Singleton
  KeyedDispatcher dispatcher(SigningThreads threads, SignerConfig config) {
    return new KeyedDispatcher(
        config.threads(),
        new Share(config.uploadSlots(), config.threads()),
        new Share(config.resyncSlots(), Math.min(config.resyncThreads(), config.threads())),
        threads.workers(),
        threads.timer());
  }

  void closeDispatcher(@Disposes KeyedDispatcher dispatcher) {
    dispatcher.close();
  }

  @Produces
  @Singleton
  SigningWorker<OciSigningRequest, SignedManifest> worker(
      KeyedDispatcher dispatcher,
      SignOciManifest useCase,
      SigningWorker.Outcomes<OciSigningRequest, SignedManifest> outcomes,
      SigningWorker.DeadLetters deadLetters,
      MeterRegistry meters,
      Clock clock,
      SignerConfig config) {
    SigningMetrics metrics = new SigningMetrics(meters, "oci");
    metrics.watch(dispatcher);
    var retry = config.retry();
    return new SigningWorker<>(
        dispatcher,
        new EventDecoder(),
        useCase,
        outcomes,
        deadLetters,
        new RetryPolicy(retry.base(), retry.cap(), retry.maxAttempts(), retry.maxElapsed()),
        metrics,
        clock,
        () -> ThreadLocalRandom.current().nextLong());
  }
}
