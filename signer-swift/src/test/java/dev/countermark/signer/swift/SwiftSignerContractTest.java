package dev.countermark.signer.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.SignerContract;
import dev.countermark.signer.service.SignerFormat;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
  protected ReleaseRecord push(BlobStore store) {
    return push(store, "1.1.1", Archives.sample());
  }

  @Override
  protected ReleaseRecord pushHopeless(BlobStore store) {
    return push(store, "6.6.6", Archives.utf8("no archive"));
  }

  private static ReleaseRecord push(BlobStore store, String version, byte[] archive) {
    Part part = new Part(Sha256.hex(archive), archive.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), archive, archive.length);
    Identity identity = new Identity("mona", "linkedlist", version);
    ReleaseRecord record =
        new ReleaseRecord(
            1,
            REPOSITORY,
            identity,
            "mona",
            "LinkedList",
            new Upload(List.of(part), archive.length, part.sha256()),
            Optional.empty(),
            Optional.empty(),
            PUSHED,
            UUID.randomUUID().toString(),
            State.RECEIVED,
            Optional.empty(),
            Optional.empty());
    new Records(store).create(SwiftKeys.release(REPOSITORY, identity), record);
    return record;
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
