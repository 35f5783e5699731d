package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.KeyClients;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.RecordSigner;
import dev.countermark.signer.service.RepositorySettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.FormatSigner;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What makes the signer service one for images. */
@ApplicationScoped
class OciBeans {
  @Produces
  @Singleton
  FormatSigner<PackageRequest, SignedArtifact> signer(
      BlobStore store,
      RepositorySettings repositories,
      KeyClients clients,
      OciConfig limits,
      Clock clock,
      @ConfigProperty(name = "countermark.public-url") URI publicUrl) {
    KeyClient keys = clients.of(new OciFormat());
    Records records = new Records(store);
    return new RecordSigner<>(
        new SignOciManifest(
            new ManifestSigner(
                new TagReferences(store, records, publicUrl.getRawAuthority()), keys, clock),
            new SignOciManifest.Limits(limits.indexDepth(), limits.indexManifests())),
        records,
        repositories,
        clock);
  }
}
