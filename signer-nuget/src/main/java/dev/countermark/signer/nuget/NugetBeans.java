package dev.countermark.signer.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.verify.ClientObjections;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.KeyClients;
import dev.countermark.signer.service.SignerFormat;
import dev.countermark.signer.service.SignerResources;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Signs NuGet packages in the process that it is part of. */
@ApplicationScoped
class NugetBeans {
  /**
   * Where clients find feeds.
   *
   * @param address https address that feeds' addresses begin with, no slash at the end
   */
  record Feeds(URI address) {}

  @Produces
  @Singleton
  Feeds feeds(
      @ConfigProperty(name = "countermark.public-url") URI publicUrl,
      @ConfigProperty(name = "countermark.public-https-url") Optional<URI> httpsUrl) {
    return new Feeds(feeds(httpsUrl.orElse(publicUrl)));
  }

  @Produces
  @Singleton
  @Identifier("nuget")
  SignerFormat<VersionRecord, NugetSettings> signer(
      BlobStore store,
      KeyClients clients,
      SignerResources resources,
      NugetSignerConfig config,
      Feeds feeds,
      Clock clock) {
    KeyClient keys = clients.of(new NugetFormat());
    return new SignPackage(
        new PackageSigning(
            store,
            keys,
            new Timestamps(
                config.timestampAuthorities().orElse(List.of()), config.timestampTimeout(), clock),
            feeds.address(),
            new PackageSigning.Reading(config.rehashLimit().asLongValue(), resources.memory()),
            new ClientObjections(
                ClientRoots.of(config.codeSigningRoots()), ClientRoots.of(config.timestampRoots())),
            clock),
        keys);
  }

  /** A signature must name its feed over https, whatever the gateway speaks. */
  static URI feeds(URI url) {
    return URI.create("https://" + url.getRawAuthority());
  }
}
