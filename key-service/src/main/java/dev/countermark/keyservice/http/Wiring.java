package dev.countermark.keyservice.http;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.Purposes;
import dev.countermark.keyservice.AuditVerifier;
import dev.countermark.keyservice.Audits;
import dev.countermark.keyservice.Denials;
import dev.countermark.keyservice.KeyCustodian;
import dev.countermark.keyservice.KeyPolicy;
import dev.countermark.keyservice.KeyService;
import dev.countermark.keyservice.OcspResponder;
import dev.countermark.keyservice.RootSecret;
import dev.countermark.tracing.Tracing;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Makes the service from its settings; refuses to start with a setting that is wrong, naming it.
 */
@ApplicationScoped
class Wiring {
  /** Signers take a key service that is further behind for one that lost a key. */
  private static final Duration LONGEST_RING_TTL = Duration.ofSeconds(45);

  @Produces
  @Singleton
  @DefaultBean
  BlobStore store(StoreConfig config) {
    return S3BlobStore.open(
        new S3Settings(
            config.endpoint(),
            config.region(),
            config.bucket(),
            config.accessKey(),
            secretKey(config),
            config.trustCertificates(),
            Duration.ofSeconds(20)));
  }

  void close(@Disposes BlobStore store) throws Exception {
    if (store instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  private static String secretKey(StoreConfig config) {
    if (config.secretKeyFile().isPresent()) {
      Path file = config.secretKeyFile().get();
      return new String(
              SettingFiles.read(file, "countermark.store.secret-key-file"), StandardCharsets.UTF_8)
          .strip();
    }
    return config
        .secretKey()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "set countermark.store.secret-key-file or countermark.store.secret-key"));
  }

  /**
   * @param endpoint where spans are sent, OTLP over HTTP; absent for nowhere
   * @param ratio of the calls that are of no trace yet, how many are traced, 0 to 1
   */
  @Produces
  @Singleton
  Tracing tracing(
      @ConfigProperty(name = "countermark.tracing.endpoint") Optional<URI> endpoint,
      @ConfigProperty(name = "countermark.tracing.ratio", defaultValue = "1") double ratio) {
    return Tracing.of(endpoint, "key-service", ratio);
  }

  void close(@Disposes Tracing tracing) throws Exception {
    tracing.close();
  }

  @Produces
  @Singleton
  KeyService service(BlobStore store, KeyServiceConfig config) {
    Clock clock = Clock.systemUTC();
    Map<Purpose, KeyPolicy> policies =
        KeySettings.policies(Purposes.found(), config, clock.instant());
    RootSecret root = rootSecret(config);
    return KeySettings.naming(
        "countermark.keyservice.ca",
        () ->
            new StoreAtStart(clock, pause -> LockSupport.parkNanos(pause.toNanos()))
                .await(
                    () ->
                        new KeyService(
                            store,
                            root,
                            clock,
                            new KeyService.Limits(
                                ringTtl(config), config.keyTtl(), config.maxKeysInMemory()),
                            policies)));
  }

  private static Duration ringTtl(KeyServiceConfig config) {
    if (config.ringTtl().compareTo(LONGEST_RING_TTL) > 0) {
      throw new IllegalArgumentException("countermark.keyservice.ring-ttl is at most 45 seconds");
    }
    return config.ringTtl();
  }

  static RootSecret rootSecret(KeyServiceConfig config) {
    Optional<Path> file = config.rootSecretFile();
    try {
      if (file.isPresent()) {
        return RootSecret.consume(
            SettingFiles.read(file.get(), "countermark.keyservice.root-secret-file"));
      }
      return RootSecret.consume(
          Base64.getDecoder()
              .decode(
                  config
                      .rootSecret()
                      .orElseThrow(
                          () ->
                              new IllegalArgumentException(
                                  "set countermark.keyservice.root-secret-file"))));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("countermark.keyservice.root-secret: " + e.getMessage());
    }
  }

  @Produces
  @Singleton
  KeyCustodian custodian(KeyService service) {
    return service.custodian();
  }

  @Produces
  @Singleton
  OcspResponder responder(KeyService service) {
    return service.responder();
  }

  @Produces
  @Singleton
  Denials denials(KeyService service) {
    return service.denials();
  }

  @Produces
  @Singleton
  AuditVerifier verifier(KeyService service) {
    return service.verifier();
  }

  @Produces
  @Singleton
  Audits audits(KeyService service) {
    return service.audits();
  }

  @Produces
  @Singleton
  Clients clients(KeyServiceConfig config, KeyService service) {
    return Clients.of(config.clients(), service.purposes());
  }
}
