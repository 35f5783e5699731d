package dev.countermark.gateway.kit;

import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.Format;

/** Tells the other gateways, and whoever listens, that readers see a package differently now. */
@FunctionalInterface
public interface ListingEvents {
  /**
   * Returns when the broker has the event.
   *
   * @throws dev.countermark.contracts.Failure.Transient when it did not take it
   */
  void listingChanged(Format<?, ?> format, PackageListingChanged change);
}
