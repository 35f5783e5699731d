package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.ingest.IngestLimits;
import dev.countermark.format.nuget.ingest.PackageInspector;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.kit.Ingest;
import dev.countermark.gateway.kit.ListingEvents;
import dev.countermark.gateway.kit.Quotas;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.RequestMemory;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.gateway.nuget.view.PackageIndex;
import dev.countermark.gateway.nuget.view.SearchIndexes;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.keys.KeyClient;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Builds the use cases of the NuGet feeds. */
@ApplicationScoped
class NugetWiring {
  private static final int CATCH_UP_SECONDS = 60;

  @Produces
  @Singleton
  PackageIndex packages(
      BlobStore store, Integrity integrity, GatewayResources resources, Clock clock) {
    return new PackageIndex(store, integrity, resources.readers(), resources.views(), clock);
  }

  @Produces
  @Singleton
  SearchIndexes searches(
      BlobStore store, PackageIndex packages, GatewayResources resources, Clock clock) {
    SearchIndexes searches = new SearchIndexes(store, packages, resources.maintenance(), clock);
    ScheduledFuture<?> unused =
        resources
            .maintenance()
            .scheduleWithFixedDelay(
                searches::catchUp, CATCH_UP_SECONDS, CATCH_UP_SECONDS, TimeUnit.SECONDS);
    return searches;
  }

  void close(@Disposes SearchIndexes searches) {
    searches.close();
  }

  @Produces
  @Singleton
  Views views(PackageIndex packages, SearchIndexes searches) {
    return new Views(packages, searches);
  }

  @Produces
  @Singleton
  PackageReads reads(BlobStore store, Integrity integrity, Views views, RequestMemory memory) {
    return new PackageReads(integrity, new PackageFiles(store, memory::draw), views, memory::draw);
  }

  @Produces
  @Singleton
  PackageWrites writes(
      PackageIntake intake, PackagePushes pushes, Listings listings, Views views, Quotas quotas) {
    return new PackageWrites(intake, pushes, listings, views, quotas);
  }

  @Produces
  @Singleton
  SymbolFiles symbolFiles(BlobStore store, Integrity integrity) {
    return new SymbolFiles(store, integrity);
  }

  @Produces
  @Singleton
  FeedSignatures signatures(SigningCertificates certificates, SignedAudit audit) {
    return new FeedSignatures(certificates, audit);
  }

  @Produces
  @Singleton
  Ingest<VersionRecord> ingest(
      BlobStore store, PartReceiver parts, UploadEvents events, Fence fence) {
    return new Ingest<>(store, parts, events, new NugetFormat(), VersionRecord::following, fence);
  }

  @Produces
  @Singleton
  PackageIntake intake(SpoolFolder spool, FeedConfig config, RequestMemory memory, Clock clock) {
    return new PackageIntake(
        spool,
        new PackageInspector(IngestLimits.defaults(), memory::draw),
        config.maxPackageSize().asLongValue(),
        clock);
  }

  @Produces
  @Singleton
  PackagePushes.Waiting waiting(SettledPackages settled, FeedConfig config) {
    return new PackagePushes.Waiting(settled, config.pushWait());
  }

  @Produces
  @Singleton
  PackagePushes pushes(
      BlobStore store,
      PartReceiver parts,
      Ingest<VersionRecord> ingest,
      PackageIntake intake,
      SignatureCheck signatures,
      PackagePushes.Waiting waiting,
      Clock clock) {
    return new PackagePushes(store, parts, ingest, intake, signatures, waiting, clock);
  }

  @Produces
  @Singleton
  Listings listings(BlobStore store, Views views, ListingEvents events, Clock clock) {
    return new Listings(store, views, events, clock);
  }

  @Produces
  @Singleton
  FeedAccess access(RepositoryAccess<NugetSettings> access, Repositories repositories) {
    return new FeedAccess(access, repositories);
  }

  @Produces
  @Singleton
  GatewayFormat<VersionRecord, NugetSettings> format(
      RepositoryAccess<NugetSettings> access,
      Views views,
      Listings listings,
      FeedConfig config,
      PublicAddresses addresses) {
    boolean authority = config.timestampAuthorities().filter(all -> !all.isEmpty()).isPresent();
    return new NugetGateway(
        access,
        views,
        listings,
        new NugetSettingsForm(authority, addresses.best().startsWith("https:")),
        URI.create(addresses.best()));
  }

  @Produces
  @Singleton
  RepositoryAccess<NugetSettings> repositoryAccess(
      Authenticator authenticator, Repositories repositories) {
    return new RepositoryAccess<>(
        authenticator, repositories, new NugetFormat(), NugetSettings::anonymousRead);
  }

  @Produces
  @Singleton
  SigningCertificates certificates(KeyClient keys) {
    return new SigningCertificates(keys);
  }

  @Produces
  @Singleton
  SignatureCheck signatureCheck(
      PublicAddresses addresses, SigningCertificates certificates, Clock clock) {
    return new SignatureCheck(addresses, certificates, clock);
  }

  @Produces
  @Singleton
  SignedAudit audit(
      SearchIndexes searches,
      SigningCertificates certificates,
      MeterRegistry meters,
      GatewayResources resources) {
    return new SignedAudit(searches, certificates, meters, resources.maintenance());
  }
}
