package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.PushedPackages;
import dev.countermark.signer.service.SignerContract;
import dev.countermark.signer.service.SignerFormat;
import java.time.Clock;
import java.util.Optional;

class OciSignerContractTest extends SignerContract<ManifestRecord, OciSettings> {
  private static final String NAME = PushedImages.name(REPOSITORY);

  @Override
  protected SignerFormat<ManifestRecord, OciSettings> signer(
      BlobStore store, KeyClient keys, Clock clock) {
    return new SignOciManifest(
        new ManifestSigner(
            new TagReferences(store, new Records(store), "registry.example:8443"), keys, clock),
        new ImageBlobs(store),
        new SignOciManifest.Limits(8, 1_000));
  }

  @Override
  protected PushedPackages<ManifestRecord> packages() {
    return new PushedImages();
  }

  @Override
  protected void damage(BlobStore store, ManifestRecord record) {
    ManifestRecord damaged =
        new ManifestRecord(
            record.generation() + 1,
            record.repository(),
            record.name(),
            record.digest(),
            record.mediaType(),
            Bytes.utf8("damaged"),
            record.pushedAt(),
            record.state(),
            record.subject(),
            record.signatures(),
            record.refusal());
    new Records(store)
        .update(
            OciKeys.manifest(NAME, record.digest()),
            ManifestRecord.class,
            old -> Optional.of(damaged));
  }

  @Override
  protected OciSettings otherSettings() {
    return new OciSettings(null, true, null, true, false);
  }
}
