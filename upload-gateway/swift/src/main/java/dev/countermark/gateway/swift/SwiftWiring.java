package dev.countermark.gateway.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PiecedFiles;
import dev.countermark.blobs.Records;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.format.swift.archive.ArchiveLimits;
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
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Builds the use cases of the Swift registries. */
@ApplicationScoped
class SwiftWiring {
  @Produces
  @Singleton
  ReleaseIndex index(
      BlobStore store, Integrity integrity, GatewayResources resources, Clock clock) {
    return new ReleaseIndex(store, integrity, resources.readers(), resources.views(), clock);
  }

  @Produces
  @Singleton
  GatewayFormat<ReleaseRecord, SwiftSettings> format(
      RepositoryAccess<SwiftSettings> access, ReleaseIndex index, Clock clock) {
    return new SwiftGateway(access, index, new SwiftSettingsForm(clock));
  }

  @Produces
  @Singleton
  RepositoryAccess<SwiftSettings> repositoryAccess(
      Authenticator authenticator, Repositories repositories) {
    return new RepositoryAccess<>(
        authenticator, repositories, new SwiftFormat(), SwiftSettings::anonymousRead);
  }

  @Produces
  @Singleton
  ReleaseReads reads(
      BlobStore store, Integrity integrity, ReleaseIndex index, RequestMemory memory) {
    return new ReleaseReads(integrity, index, new PiecedFiles(store), memory::draw);
  }

  @Produces
  @Singleton
  ReleaseWrites writes(
      BlobStore store,
      ReleaseIndex index,
      Publications publications,
      Withdrawals withdrawals,
      Quotas quotas) {
    return new ReleaseWrites(new Records(store), index, publications, withdrawals, quotas);
  }

  @Produces
  @Singleton
  SwiftAccess access(RepositoryAccess<SwiftSettings> access) {
    return new SwiftAccess(access);
  }

  @Produces
  @Singleton
  Withdrawals withdrawals(
      BlobStore store,
      ReleaseIndex index,
      SettledPackages settled,
      ListingEvents events,
      Clock clock) {
    return new Withdrawals(new Records(store), index, settled, events, clock);
  }

  @Produces
  @Singleton
  Ingest<ReleaseRecord> ingest(
      BlobStore store, PartReceiver parts, UploadEvents events, Fence fence) {
    return new Ingest<>(store, parts, events, new SwiftFormat(), ReleaseRecord::following, fence);
  }

  @Produces
  @Singleton
  ArchiveCheck archiveCheck(RequestMemory memory, Clock clock) {
    return new ArchiveCheck(ArchiveLimits.defaults(), clock, memory::draw);
  }

  @Produces
  @Singleton
  ReleaseForm.Limits limits(SwiftConfig config, SpoolFolder spool) {
    return new ReleaseForm.Limits(
        config.maxArchiveSize().asLongValue(),
        Math.toIntExact(config.maxMetadataSize().asLongValue()),
        Math.toIntExact(config.maxSignatureSize().asLongValue()),
        spool);
  }

  @Produces
  @Singleton
  Publications.Waiting waiting(SettledPackages settled, SwiftConfig config) {
    return new Publications.Waiting(settled, config.publishWait());
  }

  @Produces
  @Singleton
  Publications publications(
      Ingest<ReleaseRecord> ingest,
      ArchiveCheck check,
      ReleaseIndex index,
      ReleaseForm.Limits limits,
      Publications.Waiting waiting,
      Clock clock) {
    return new Publications(ingest, check, index.sources(), limits, waiting, clock);
  }
}
