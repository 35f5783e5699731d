package dev.countermark.gateway.nuget;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetRecords.Identity;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Hears what happens to packages and has the views look at their records again. Every gateway hears
 * everything from the moment it listens; what it missed, the views find by themselves.
 */
@ApplicationScoped
class ViewFeed {
  private static final Logger LOG = Logger.getLogger(ViewFeed.class);
  private static final String PURL = "pkg:nuget/";

  private final Views views;

  ViewFeed(Views views) {
    this.views = views;
  }

  @Incoming("outcomes")
  @Blocking(ordered = false)
  void changed(byte[] event) {
    try {
      CloudEvent cloudEvent = CloudEvent.fromJson(event);
      if (cloudEvent.subject() == null || !cloudEvent.subject().startsWith(PURL)) {
        return;
      }
      switch (cloudEvent.type()) {
        case PackageSigned.TYPE -> {
          PackageSigned signed = cloudEvent.dataAs(PackageSigned.class);
          if (signed.changed()) {
            changed(signed.repository(), signed.name());
          }
        }
        case PackageListingChanged.TYPE -> {
          PackageListingChanged change = cloudEvent.dataAs(PackageListingChanged.class);
          changed(change.repository(), change.name());
        }
        default -> {
          // A refused package is in no view.
        }
      }
    } catch (Json.MalformedJsonException e) {
      LOG.debugf("an event that is none: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.warnf("a view was not brought up to date, it will be soon: %s", e.getMessage());
    }
  }

  private void changed(RepositoryName repository, String name) {
    Optional<Identity> identity = Identity.parse(name);
    if (repository != null && identity.isPresent()) {
      views.changed(repository, identity.get());
    }
  }
}
