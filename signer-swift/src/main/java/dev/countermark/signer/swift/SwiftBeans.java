package dev.countermark.signer.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.KeyClients;
import dev.countermark.signer.service.SignerFormat;
import dev.countermark.signer.service.SignerResources;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Signs Swift releases in the process that it is part of. */
@ApplicationScoped
class SwiftBeans {
  @Produces
  @Singleton
  @Identifier("swift")
  SignerFormat<ReleaseRecord, SwiftSettings> signer(
      BlobStore store,
      KeyClients clients,
      SignerResources resources,
      MeterRegistry meters,
      Clock clock) {
    KeyClient keys = clients.of(new SwiftFormat());
    ReleaseSigning signing = new ReleaseSigning(store, keys, resources.memory(), clock);
    return new SignRelease(
        signing, new ReleaseUpkeep(signing, keys, flaw -> counter(meters, flaw).increment()));
  }

  private static Counter counter(MeterRegistry meters, Flaw flaw) {
    return Counter.builder("countermark.swift.unrepaired")
        .description("Signatures found bad that cannot be made anew without breaking clients")
        .tag("flaw", flaw.label())
        .register(meters);
  }
}
