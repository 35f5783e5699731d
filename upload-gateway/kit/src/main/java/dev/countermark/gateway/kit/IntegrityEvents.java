package dev.countermark.gateway.kit;

import dev.countermark.contracts.Events.PackageDamaged;
import dev.countermark.contracts.Events.PackageRepaired;
import dev.countermark.contracts.Format;

/** Tells whoever listens that something stored was found damaged, or is right again. */
public interface IntegrityEvents {
  /**
   * Returns when the broker has the event.
   *
   * @throws dev.countermark.contracts.Failure.Transient when it did not take it
   */
  void damaged(Format<?, ?> format, PackageDamaged found);

  /**
   * Returns when the broker has the event.
   *
   * @throws dev.countermark.contracts.Failure.Transient when it did not take it
   */
  void repaired(Format<?, ?> format, PackageRepaired found);
}
