package dev.countermark.signer.service;

import dev.countermark.contracts.Format;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClientSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * By the settings. What is not set of a format is that of all; but a format with a certificate of
 * its own never shows the credential of all.
 */
final class ConfiguredKeyClients implements KeyClients {
  private static final String PREFIX = "countermark.keys.";

  private final KeysConfig config;
  private final Function<KeyClientSettings, KeyClient> connect;

  /** Formats that are known by the same share a client. */
  private final ConcurrentMap<KeyClientSettings, KeyClient> clients = new ConcurrentHashMap<>();

  /**
   * @param labels of the formats that there are
   * @param connect makes the client that has these settings
   * @throws IllegalArgumentException when something is set of another: a label with a mistake would
   *     leave its format with what is set for all
   */
  ConfiguredKeyClients(
      KeysConfig config, List<String> labels, Function<KeyClientSettings, KeyClient> connect) {
    this.config = config;
    this.connect = connect;
    requireKnown("credentials", config.credentials(), labels);
    requireKnown("credential-files", config.credentialFiles(), labels);
    requireKnown("client-certificates", config.clientCertificates(), labels);
    requireKnown("client-keys", config.clientKeys(), labels);
  }

  private static void requireKnown(String setting, Map<String, ?> set, List<String> labels) {
    TreeSet<String> unknown = new TreeSet<>(set.keySet());
    unknown.removeAll(labels);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          PREFIX + setting + " names no format: " + unknown + "; there are " + labels);
    }
  }

  @Override
  public KeyClient of(Format<?, ?> format) {
    return clients.computeIfAbsent(settings(format.label()), connect);
  }

  KeyClientSettings settings(String label) {
    Optional<Path> certificate = own(config.clientCertificates(), label);
    Optional<Path> key = own(config.clientKeys(), label);
    boolean identified = certificate.isPresent() || key.isPresent();
    return new KeyClientSettings(
        config.url(),
        // Who has a certificate of its own is known by it.
        identified ? ownCredential(label) : credential(label),
        config.trustCertificates(),
        identified ? certificate : config.clientCertificate(),
        identified ? key : config.clientKey(),
        config.connectTimeout(),
        config.requestTimeout(),
        // Asks for the current key each time: after a rotation a resync must not see the old one.
        Duration.ZERO);
  }

  private Optional<String> ownCredential(String label) {
    return Secret.of(
        PREFIX + "credentials." + label,
        own(config.credentials(), label),
        PREFIX + "credential-files." + label,
        own(config.credentialFiles(), label));
  }

  private Optional<String> credential(String label) {
    Optional<String> own = ownCredential(label);
    return own.isPresent()
        ? own
        : Secret.of(
            PREFIX + "credential",
            config.credential(),
            PREFIX + "credential-file",
            config.credentialFile());
  }

  private static <T> Optional<T> own(Map<String, T> set, String label) {
    return Optional.ofNullable(set.get(label));
  }
}
