package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.KeyClients;
import dev.countermark.signer.service.SignerFormat;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Signs images in the process that it is part of. */
@ApplicationScoped
class OciBeans {
  @Produces
  @Singleton
  @Identifier("oci")
  SignerFormat<ManifestRecord, OciSettings> signer(
      BlobStore store,
      KeyClients clients,
      Clock clock,
      @ConfigProperty(name = "countermark.public-url") URI publicUrl) {
    KeyClient keys = clients.of(new OciFormat());
    Records records = new Records(store);
    return new SignOciManifest(
        new ManifestSigner(
            new TagReferences(store, records, publicUrl.getRawAuthority()), keys, clock),
        new ImageBlobs(store),
        new SignOciManifest.Limits(Manifest.DEEPEST, Manifest.MOST));
  }
}
