package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.auth.GatewaySecrets;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.kit.ObjectChanges;
import dev.countermark.gateway.kit.Quotas;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.RequestMemory;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.gateway.repositories.Repositories;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Builds the registry's use cases. */
@ApplicationScoped
class OciWiring {
  @Produces
  @Singleton
  AnonymousPull anonymousPull(Repositories repositories) {
    return name ->
        repositories.find(name).map(r -> r.settings(new OciFormat()).anonymousPull()).orElse(false);
  }

  @Produces
  @Singleton
  SignedOnly signedOnly(Repositories repositories) {
    return name -> repositories.find(name).map(SignedOnly::isRule).orElse(false);
  }

  @Produces
  @Singleton
  Sight sight(BlobStore store, GatewayResources resources) {
    return new Sight(store, resources.readers());
  }

  @Produces
  @Singleton
  GatewayFormat<ManifestRecord, OciSettings> format(
      RepositoryAccess<OciSettings> access,
      SignatureView signatures,
      Blobs blobs,
      Sight sight,
      ManifestDeletions deletions,
      PublicAddresses addresses) {
    String signedHost = URI.create(addresses.base(false)).getRawAuthority();
    return new OciGateway(access, signatures, blobs, sight, deletions, signedHost);
  }

  @Produces
  @Singleton
  RepositoryAccess<OciSettings> repositoryAccess(
      Authenticator authenticator, Repositories repositories) {
    return new RepositoryAccess<>(
        authenticator, repositories, new OciFormat(), OciSettings::anonymousPull);
  }

  @Produces
  @Singleton
  Blobs blobs(BlobStore store, Integrity integrity) {
    return new Blobs(store, integrity);
  }

  @Produces
  @Singleton
  Tags tags(BlobStore store, Manifests manifests, Sight sight, GatewaySecrets secrets) {
    return new Tags(store, manifests, sight, new Cursors(secrets.secret(), Tags.CURSORS));
  }

  @Produces
  @Singleton
  SignatureView signatures(BlobStore store, Blobs blobs) {
    return new SignatureView(store, blobs);
  }

  @Produces
  @Singleton
  Referrers referrers(BlobStore store, SignatureView signatures, Manifests manifests, Sight sight) {
    return new Referrers(store, signatures, manifests, sight);
  }

  @Produces
  @Singleton
  BlobUploads uploads(
      BlobStore store, Blobs blobs, PartReceiver parts, GatewaySecrets secrets, Clock clock) {
    return new BlobUploads(store, blobs, parts, new UploadState.Codec(secrets.secret()), clock);
  }

  @Produces
  @Singleton
  Manifests manifests(
      BlobStore store, SignatureView signatures, Sight sight, Integrity integrity, Fence fence) {
    return new Manifests(store, signatures, sight, integrity, fence);
  }

  @Produces
  @Singleton
  PlatformPieces pieces(Manifests manifests, Blobs blobs) {
    return new PlatformPieces(manifests, blobs);
  }

  @Produces
  @Singleton
  ManifestReferences references(BlobStore store, Blobs blobs, GatewayResources resources) {
    return new ManifestReferences(store, blobs, resources.readers());
  }

  @Produces
  @Singleton
  TagMoves tagMoves(
      BlobStore store,
      Manifests manifests,
      SignatureView signatures,
      ObjectChanges changes,
      Clock clock) {
    return new TagMoves(store, manifests, signatures, changes, clock);
  }

  @Produces
  @Singleton
  ManifestPushes pushes(
      ManifestReferences references,
      Referrers referrers,
      TagMoves tags,
      ManifestDeletions deletions,
      Fence fence,
      UploadEvents events,
      Quotas quotas,
      SettledPackages settled,
      Clock clock) {
    return new ManifestPushes(
        references,
        referrers,
        tags,
        deletions,
        new ManifestPushes.Told(fence, events, quotas, settled),
        clock);
  }

  @Produces
  @Singleton
  Deletion.Parts parts(
      BlobStore store,
      Manifests manifests,
      Referrers referrers,
      SignatureView signatures,
      PlatformPieces pieces,
      Clock clock) {
    return new Deletion.Parts(store, manifests, referrers, signatures, pieces, clock);
  }

  @Produces
  @Singleton
  ManifestDeletions deletions(
      Deletion.Parts parts, ObjectChanges changes, GatewayResources resources) {
    return new ManifestDeletions(parts, changes, resources.maintenance());
  }

  @Produces
  @Singleton
  OciAccess access(
      Authenticator authenticator,
      AnonymousPull anonymous,
      Repositories repositories,
      PublicAddresses addresses) {
    return new OciAccess(authenticator, anonymous, repositories, addresses);
  }

  /**
   * @param pushWait how long a push waits for its signature; it is answered alike if that takes
   *     longer. Zero not to wait
   */
  @Produces
  @Singleton
  ManifestRequests manifestRequests(
      Manifests manifests,
      ManifestPushes pushes,
      ManifestDeletions deletions,
      Tags tags,
      Referrers referrers,
      RequestMemory memory,
      @ConfigProperty(name = "countermark.oci.push-wait", defaultValue = "PT5S")
          Duration pushWait) {
    return new ManifestRequests(manifests, pushes, deletions, tags, referrers, memory, pushWait);
  }

  @Produces
  @Singleton
  BlobRequests blobRequests(
      Blobs blobs,
      BlobUploads uploads,
      AnonymousPull anonymous,
      SignedOnly rule,
      Sight sight,
      PlatformPieces pieces,
      Quotas quotas) {
    return new BlobRequests(
        blobs, uploads, new BlobRequests.Rules(anonymous, rule, quotas), sight, pieces);
  }
}
