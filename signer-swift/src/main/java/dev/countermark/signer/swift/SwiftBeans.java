package dev.countermark.signer.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.KeyClients;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.RecordSigner;
import dev.countermark.signer.service.RepositorySettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signer.service.SignerResources;
import dev.countermark.signing.FormatSigner;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** What makes the signer service one for Swift releases. */
@ApplicationScoped
class SwiftBeans {
  @Produces
  @Singleton
  FormatSigner<PackageRequest, SignedArtifact> signer(
      BlobStore store,
      RepositorySettings repositories,
      KeyClients clients,
      SignerResources resources,
      MeterRegistry meters,
      Clock clock) {
    KeyClient keys = clients.of(new SwiftFormat());
    ReleaseSigning signing = new ReleaseSigning(store, keys, resources.memory(), clock);
    return new RecordSigner<>(
        new SignRelease(
            signing, new ReleaseUpkeep(signing, keys, flaw -> counter(meters, flaw).increment())),
        new Records(store),
        repositories,
        clock);
  }

  private static Counter counter(MeterRegistry meters, Flaw flaw) {
    return Counter.builder("countermark.swift.unrepaired")
        .description("Signatures found bad that cannot be made anew without breaking clients")
        .tag("flaw", flaw.label())
        .register(meters);
  }
}
