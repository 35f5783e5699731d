package dev.countermark.signer.nuget;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How NuGet packages are signed. */
@ConfigMapping(prefix = "countermark.nuget")
interface NugetSignerConfig {
  /** Timestamp authorities (RFC 3161), asked in this order; none by default. */
  Optional<List<URI>> timestampAuthorities();

  /** Longest time that one of them may take. */
  @WithDefault("10s")
  Duration timestampTimeout();

  /**
   * Uploads up to this size are read whole before they are signed, and their hash is checked again;
   * of larger ones the gateway's hash is believed. Each draws as much of the memory for packages
   * while it is signed.
   */
  @WithDefault("16M")
  MemorySize rehashLimit();

  /**
   * File with the root certificates of signers that clients trust, PEM: {@code
   * trustedroots/codesignctl.pem} of an SDK. They only decide whether a push is warned that clients
   * will refuse the package. Without it, those of the Java platform.
   */
  Optional<Path> codeSigningRoots();

  /** The same of timestamp authorities: {@code trustedroots/timestampctl.pem} of an SDK. */
  Optional<Path> timestampRoots();
}
