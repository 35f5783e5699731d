package dev.countermark.keyservice.http;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.keyservice.AuditVerifier;
import dev.countermark.keyservice.Denials;
import dev.countermark.keyservice.ImportedAuthority;
import dev.countermark.keyservice.KeyCustodian;
import dev.countermark.keyservice.KeyService;
import dev.countermark.keyservice.RootSecret;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * Makes the service from its settings; refuses to start with a setting that is wrong, naming it.
 */
@ApplicationScoped
class Wiring {
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
      return new String(bytesOf(file, "countermark.store.secret-key-file"), StandardCharsets.UTF_8)
          .strip();
    }
    return config
        .secretKey()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "set countermark.store.secret-key-file or countermark.store.secret-key"));
  }

  @Produces
  @Singleton
  KeyService service(BlobStore store, KeyServiceConfig config) {
    return new KeyService(
        store,
        rootSecret(config),
        Clock.systemUTC(),
        new KeyService.Limits(config.ringTtl(), config.keyTtl(), config.maxKeysInMemory()),
        nuget(config.nuget()));
  }

  private static KeyService.NugetKeys nuget(KeyServiceConfig.Nuget config) {
    return new KeyService.NugetKeys(
        config.organization(),
        config.keyBits(),
        config.rootBits(),
        config.validity(),
        config.announcePeriod(),
        config.renewBefore(),
        imported(config));
  }

  private static Optional<ImportedAuthority> imported(KeyServiceConfig.Nuget config) {
    String prefix = "countermark.keyservice.nuget.authority-";
    try {
      if (config.authorityPkcs12().isPresent()) {
        byte[] password =
            bytesOf(
                config
                    .authorityPkcs12PasswordFile()
                    .orElseThrow(() -> new IllegalArgumentException("set the password file too")),
                prefix + "pkcs12-password-file");
        return Optional.of(
            ImportedAuthority.pkcs12(
                bytesOf(config.authorityPkcs12().get(), prefix + "pkcs12"),
                new String(password, StandardCharsets.UTF_8).strip().toCharArray(),
                Clock.systemUTC().instant()));
      }
      if (config.authorityKey().isPresent() != config.authorityCertificates().isPresent()) {
        throw new IllegalArgumentException("set both, key and certificates");
      }
      return config
          .authorityKey()
          .map(
              key ->
                  ImportedAuthority.pem(
                      bytesOf(key, prefix + "key"),
                      bytesOf(config.authorityCertificates().get(), prefix + "certificates"),
                      Clock.systemUTC().instant()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(prefix + "*: " + e.getMessage(), e);
    }
  }

  private static RootSecret rootSecret(KeyServiceConfig config) {
    Optional<Path> file = config.rootSecretFile();
    try {
      if (file.isPresent()) {
        return RootSecret.consume(bytesOf(file.get(), "countermark.keyservice.root-secret-file"));
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

  private static byte[] bytesOf(Path file, String setting) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(setting + ": cannot read " + file, e);
    }
  }

  @Produces
  @Singleton
  KeyCustodian custodian(KeyService service) {
    return service.custodian();
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
  Clients clients(KeyServiceConfig config) {
    return Clients.of(config.clients());
  }
}
