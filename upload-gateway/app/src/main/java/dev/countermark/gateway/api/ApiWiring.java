package dev.countermark.gateway.api;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.auth.GatewayAuthenticator;
import dev.countermark.gateway.auth.GatewaySecrets;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.inventory.Inventories;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.kit.ObjectChanges;
import dev.countermark.gateway.letters.Letters;
import dev.countermark.gateway.quota.RepositoryQuotas;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.gateway.resync.CampaignWaits;
import dev.countermark.gateway.resync.Campaigns;
import dev.countermark.gateway.retention.Retention;
import dev.countermark.gateway.webhooks.Deliveries;
import dev.countermark.gateway.webhooks.WebhookTrial;
import dev.countermark.gateway.webhooks.Webhooks;
import dev.countermark.keys.KeyClient;
import io.quarkus.arc.All;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/** Builds the use cases of the management API. */
class ApiWiring {
  @Produces
  @Singleton
  GatewayFormats formats(@All List<GatewayFormat<?, ?>> formats) {
    return new GatewayFormats(formats);
  }

  @Produces
  @Singleton
  Managers managers(GatewayAuthenticator authenticator) {
    return new Managers(authenticator);
  }

  @Produces
  @Singleton
  RepositoryAdministration administration(
      BlobStore store,
      Tokens tokens,
      KeyClient keys,
      Repositories repositories,
      GatewayFormats formats,
      Inventories inventories,
      Clock clock) {
    return new RepositoryAdministration(
        store,
        tokens,
        keys,
        name -> {
          repositories.forget(name);
          formats.forget(name);
          inventories.forget(name);
        },
        clock);
  }

  @Produces
  @Singleton
  Inventories inventories(
      BlobStore store, GatewayFormats formats, GatewayResources resources, Clock clock) {
    return new Inventories(
        new Inventories.Parts(
            store,
            formats,
            resources.readers(),
            resources.views(),
            resources.maintenance(),
            clock));
  }

  /** Formats tell of changes, and the inventories know formats: they are asked for then. */
  @Produces
  @Singleton
  ObjectChanges changes(Instance<Inventories> inventories) {
    return (format, repository, key) -> inventories.get().heard(format, repository, key);
  }

  @Produces
  @Singleton
  RepositoryQuotas quotas(Inventories inventories, GatewayFormats formats) {
    return new RepositoryQuotas(inventories, formats);
  }

  @Produces
  @Singleton
  RetentionResource.Parts retention(
      Retention retention,
      GatewayFormats formats,
      GatewayResources resources,
      GatewaySecrets secrets) {
    return new RetentionResource.Parts(
        retention,
        formats,
        resources,
        new Cursors(secrets.secret(), "countermark retention cursor v1"));
  }

  @Produces
  @Singleton
  PackageList packages(Inventories inventories, GatewayFormats formats, GatewaySecrets secrets) {
    return new PackageList(
        inventories, formats, new Cursors(secrets.secret(), "countermark package cursor v1"));
  }

  @Produces
  @Singleton
  PlannedResyncs resyncs(Campaigns campaigns, GatewayResources resources) {
    return new PlannedResyncs(campaigns, resources.coordination());
  }

  @Produces
  @Singleton
  Oversight oversight(RepositoryAdministration administration) {
    return new Oversight(administration);
  }

  @Produces
  @Singleton
  ResyncsResource.Parts campaigns(
      Campaigns campaigns, CampaignWaits waits, Oversight oversight, GatewaySecrets secrets) {
    return new ResyncsResource.Parts(
        campaigns, waits, oversight, new Cursors(secrets.secret(), "countermark resync cursor v1"));
  }

  @Produces
  @Singleton
  WebhooksResource.Parts webhooks(
      Webhooks webhooks, Deliveries deliveries, WebhookTrial trial, GatewayResources resources) {
    return new WebhooksResource.Parts(webhooks, deliveries, trial, resources);
  }

  @Produces
  @Singleton
  DeadLettersResource.Parts letters(Letters letters, Oversight oversight, GatewaySecrets secrets) {
    return new DeadLettersResource.Parts(
        letters, oversight, new Cursors(secrets.secret(), "countermark letter cursor v1"));
  }
}
