package dev.countermark.signer.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.SignerContract;
import dev.countermark.signer.service.SignerFormat;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
  protected VersionRecord push(BlobStore store) {
    return push(store, "1.0.0", SignedPackages.unsigned("Acme.Tools"));
  }

  @Override
  protected VersionRecord pushHopeless(BlobStore store) {
    return push(store, "6.6.6", TestArchives.ascii("no archive, but long enough to be one"));
  }

  private static VersionRecord push(BlobStore store, String version, byte[] file) {
    Part part = new Part(TestFeed.hex(file), file.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), file, file.length);
    Identity identity = new Identity("acme.tools", version);
    VersionRecord record =
        new VersionRecord(
            1,
            REPOSITORY,
            identity,
            identity.id(),
            identity.version(),
            new Upload(List.of(part), file.length, part.sha256()),
            "not looked at",
            Bytes.utf8("not looked at"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PUSHED,
            Optional.empty(),
            true,
            State.RECEIVED,
            Optional.empty(),
            Optional.empty());
    new Records(store).create(NugetKeys.version(REPOSITORY, identity), record);
    return record;
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
