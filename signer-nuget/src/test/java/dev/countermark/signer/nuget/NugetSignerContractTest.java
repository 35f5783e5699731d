package dev.countermark.signer.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.PushedPackages;
import dev.countermark.signer.service.SignerContract;
import dev.countermark.signer.service.SignerFormat;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

class NugetSignerContractTest extends SignerContract<VersionRecord, NugetSettings> {
  @Override
  protected SignerFormat<VersionRecord, NugetSettings> signer(
      BlobStore store, KeyClient keys, Clock clock) {
    return new SignPackage(
        new PackageSigning(
            store,
            keys,
            new Timestamps(List.of(), Duration.ofSeconds(20), clock),
            URI.create("https://packages.example"),
            new PackageSigning.Reading(
                16 << 20, new MemoryBudget(64 << 20, 32, Duration.ofSeconds(10))),
            clock),
        keys);
  }

  @Override
  protected PushedPackages<VersionRecord> packages() {
    return new PushedVersions();
  }

  @Override
  protected void damage(BlobStore store, VersionRecord record) {
    Part part = record.upload().parts().get(0);
    byte[] changed = new byte[(int) part.size()];
    store.put(ObjectKeys.content(part.sha256(), part.upload()), changed, changed.length);
  }

  @Override
  protected NugetSettings otherSettings() {
    return new NugetSettings(true, SignaturePolicy.KEEP_VALID_FOREIGN, null, false, false);
  }
}
