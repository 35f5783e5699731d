package dev.countermark.gateway.swift;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Hears what happens to releases, has the views look at their records again and wakes publishers
 * that wait. Every gateway hears everything from the moment it listens; what it missed, the others
 * find by themselves.
 */
@ApplicationScoped
class OutcomeFeed {
  private static final Logger LOG = Logger.getLogger(OutcomeFeed.class);
  private static final String PURL = "pkg:swift/";

  private final ReleaseIndex index;
  private final SettledReleases settled;

  OutcomeFeed(ReleaseIndex index, SettledReleases settled) {
    this.index = index;
    this.settled = settled;
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
          changed(signed.repository(), signed.name());
        }
        case PackageRefused.TYPE -> {
          PackageRefused refused = cloudEvent.dataAs(PackageRefused.class);
          changed(refused.repository(), refused.name());
        }
        case PackageListingChanged.TYPE -> {
          PackageListingChanged change = cloudEvent.dataAs(PackageListingChanged.class);
          changed(change.repository(), change.name());
        }
        default -> {
          // Nothing that readers or publishers see.
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
      settled.changed(repository, identity.get());
      index.changed(repository, identity.get());
    }
  }
}
