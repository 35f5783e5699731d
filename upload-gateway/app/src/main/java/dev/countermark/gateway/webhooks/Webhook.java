package dev.countermark.gateway.webhooks;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageDamaged;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageRepaired;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.RepositoryName;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Where events of a repository are sent.
 *
 * @param id that no other one ever has
 * @param events their types; empty for all of {@link #EVENTS}
 * @param createdBy who made it
 */
public record Webhook(
    RepositoryName repository,
    String id,
    URI url,
    Set<String> events,
    Optional<String> description,
    Instant createdAt,
    String createdBy) {
  /** What is sent at all, by type: what happened to a package. */
  public static final Set<String> EVENTS =
      Set.of(
          PackageSigned.TYPE,
          PackageRefused.TYPE,
          PackageListingChanged.TYPE,
          PackageDamaged.TYPE,
          PackageRepaired.TYPE);

  public Webhook {
    events = events == null ? Set.of() : Set.copyOf(events);
    description = description == null ? Optional.empty() : description;
  }

  /** Whether it is told of an event; not of what happened before there was one. */
  boolean wants(CloudEvent event) {
    return (events.isEmpty() ? EVENTS : events).contains(event.type())
        && event.time() != null
        && !event.time().isBefore(createdAt);
  }
}
