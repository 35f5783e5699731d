package dev.countermark.signer.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.KeyClients;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.RecordSigner;
import dev.countermark.signer.service.RepositorySettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signer.service.SignerResources;
import dev.countermark.signing.FormatSigner;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What makes the signer service one for NuGet packages. */
@ApplicationScoped
class NugetBeans {
  @Produces
  @Singleton
  FormatSigner<PackageRequest, SignedArtifact> signer(
      BlobStore store,
      RepositorySettings repositories,
      KeyClients clients,
      SignerResources resources,
      NugetConfig config,
      Clock clock,
      @ConfigProperty(name = "countermark.public-url") URI publicUrl,
      @ConfigProperty(name = "countermark.public-https-url") Optional<URI> httpsUrl) {
    KeyClient keys = clients.of(new NugetFormat());
    return new RecordSigner<>(
        new SignPackage(
            new PackageSigning(
                store,
                keys,
                new Timestamps(
                    config.timestampAuthorities().orElse(List.of()),
                    config.timestampTimeout(),
                    clock),
                feeds(httpsUrl.orElse(publicUrl)),
                config.rehashLimit().asLongValue(),
                resources.memory(),
                clock),
            keys),
        new Records(store),
        repositories,
        clock);
  }

  /** A signature must name its feed over https, whatever the gateway speaks. */
  static URI feeds(URI url) {
    return URI.create("https://" + url.getRawAuthority());
  }
}
