package dev.countermark.gateway.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageResynced;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.inventory.Inventories;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.kit.UnsignedUploads;
import dev.countermark.gateway.resync.Campaigns;
import dev.countermark.gateway.scrub.Scrub;
import dev.countermark.tracing.Step;
import dev.countermark.tracing.Tracing;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Hears what happens to packages and tells their format, whose views look at the records again and
 * whose publishers wait. Every gateway hears everything from the moment it listens; what it missed,
 * the views find by themselves.
 */
@ApplicationScoped
class OutcomeFeed {
  private static final Logger LOG = Logger.getLogger(OutcomeFeed.class);
  private static final Set<String> TYPES =
      Set.of(PackageSigned.TYPE, PackageRefused.TYPE, PackageListingChanged.TYPE);

  /** What all these events say. */
  private record Subject(RepositoryName repository, String name, String digest) {}

  /** What a signer says of a package whose bytes are not what its record says. */
  private static final Set<String> DAMAGED =
      Set.of(Refusal.DIGEST_MISMATCH.name(), Refusal.BLOB_GONE.name());

  private final GatewayFormats formats;
  private final Scrub scrub;
  private final GatewayResources resources;
  private final SettledPackages settled;
  private final Inventories inventories;
  private final UnsignedUploads unsigned;
  private final Campaigns campaigns;
  private final Tracing tracing;

  OutcomeFeed(
      GatewayFormats formats,
      Scrub scrub,
      GatewayResources resources,
      SettledPackages settled,
      Inventories inventories,
      UnsignedUploads unsigned,
      Campaigns campaigns,
      Tracing tracing) {
    this.tracing = tracing;
    this.unsigned = unsigned;
    this.campaigns = campaigns;
    this.inventories = inventories;
    this.settled = settled;
    this.formats = formats;
    this.scrub = scrub;
    this.resources = resources;
  }

  @Incoming("outcomes")
  @Blocking(ordered = false)
  void changed(byte[] event) {
    try {
      CloudEvent cloudEvent = CloudEvent.fromJson(event);
      try (Step step = begin(cloudEvent)) {
        changed(cloudEvent);
      }
    } catch (Json.MalformedJsonException e) {
      LOG.debugf("an event that is none: %s", e.getMessage());
    }
  }

  private Step begin(CloudEvent event) {
    return tracing
        .begin("hear outcome", Tracing.Kind.RECEIVES, event.traceparent())
        .with("type", event.type())
        .with("package", String.valueOf(event.subject()));
  }

  private void changed(CloudEvent cloudEvent) {
    if (cloudEvent.type().equals(PackageResynced.TYPE)) {
      campaigns.heard(cloudEvent.dataAs(PackageResynced.class));
    }
    if (!TYPES.contains(cloudEvent.type())) {
      return;
    }
    Subject subject = cloudEvent.dataAs(Subject.class);
    if (subject.repository() == null || subject.name() == null || subject.digest() == null) {
      return;
    }
    formats.all().stream()
        .filter(format -> isOf(format.format(), subject, cloudEvent.subject()))
        .forEach(
            format -> {
              tell(format, subject, !isKnown(cloudEvent));
              if (isDamaged(cloudEvent)) {
                suspect(format.format(), subject);
              }
            });
  }

  /** Signatures that were in place already: normal after a redelivery. */
  private static boolean isKnown(CloudEvent event) {
    JsonNode changed = event.data() == null ? null : event.data().get("changed");
    return changed != null && changed.isBoolean() && !changed.booleanValue();
  }

  /** Refused in a resync, it is available all the same: it is looked at before it is handed out. */
  private static boolean isDamaged(CloudEvent event) {
    return event.type().equals(PackageRefused.TYPE)
        && event.data() != null
        && DAMAGED.contains(event.data().path("code").asText());
  }

  private void suspect(Format<?, ?> format, Subject subject) {
    format
        .recordKey(subject.repository(), subject.name(), subject.digest())
        .ifPresent(key -> resources.maintenance().execute(() -> scrub.suspect(key)));
  }

  private static boolean isOf(Format<?, ?> format, Subject subject, String purl) {
    return format.recordKey(subject.repository(), subject.name(), subject.digest()).isPresent()
        && format.purl(subject.repository(), subject.name(), subject.digest()).equals(purl);
  }

  private void tell(GatewayFormat<?, ?> format, Subject subject, boolean changed) {
    try {
      format
          .format()
          .recordKey(subject.repository(), subject.name(), subject.digest())
          .ifPresent(
              key -> {
                inventories.heard(format.format(), subject.repository(), key);
                unsigned.heard(key);
                settled.heard(format.format(), subject.repository(), key);
              });
      if (changed) {
        format.changed(subject.repository(), subject.name());
      }
    } catch (RuntimeException e) {
      LOG.warnf("a view was not brought up to date, it will be soon: %s", e.getMessage());
    }
  }
}
