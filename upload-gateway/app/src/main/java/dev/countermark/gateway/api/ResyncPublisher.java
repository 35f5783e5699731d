package dev.countermark.gateway.api;

import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Format;
import java.util.concurrent.CompletionStage;

/** Hands requests to the signers' resync lane. */
@FunctionalInterface
public interface ResyncPublisher {
  /** Done when the broker has it; failed when it did not take it. */
  CompletionStage<Void> publish(Format<?, ?> format, PackageResyncRequested request);
}
