package dev.countermark.gateway.resync;

import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Format;
import java.util.concurrent.CompletionStage;

/** Tells the signers, and whoever wants to know how far a campaign has come. */
interface ResyncPublisher {
  /** Done when the broker has it; failed when it did not take it. */
  CompletionStage<Void> publish(Format<?, ?> format, PackageResyncRequested request);

  /** Whether it arrives matters to nobody: what is true is in the store. */
  void progressed(Campaign campaign);
}
