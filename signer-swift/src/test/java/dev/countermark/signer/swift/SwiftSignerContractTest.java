package dev.countermark.signer.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.PushedPackages;
import dev.countermark.signer.service.SignerContract;
import dev.countermark.signer.service.SignerFormat;
import java.time.Clock;
import java.time.Duration;

class SwiftSignerContractTest extends SignerContract<ReleaseRecord, SwiftSettings> {
  @Override
  protected SignerFormat<ReleaseRecord, SwiftSettings> signer(
      BlobStore store, KeyClient keys, Clock clock) {
    ReleaseSigning signing =
        new ReleaseSigning(
            store, keys, new MemoryBudget(64 << 20, 32, Duration.ofSeconds(10)), clock);
    return new SignRelease(signing, new ReleaseUpkeep(signing, keys, flaw -> {}));
  }

  @Override
  protected PushedPackages<ReleaseRecord> packages() {
    return new PushedReleases();
  }

  @Override
  protected void damage(BlobStore store, ReleaseRecord record) {
    Part part = record.upload().parts().get(0);
    byte[] changed = new byte[(int) part.size()];
    store.put(ObjectKeys.content(part.sha256(), part.upload()), changed, changed.length);
  }

  @Override
  protected SwiftSettings otherSettings() {
    return new SwiftSettings(true, ArchiveMode.OVERLAY, null, null);
  }
}
