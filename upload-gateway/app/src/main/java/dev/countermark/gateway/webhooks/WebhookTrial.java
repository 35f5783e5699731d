package dev.countermark.gateway.webhooks;

import java.net.URI;
import java.util.concurrent.CompletionStage;

/** Whether somebody's URL may be the address of a webhook, as far as that can be told now. */
public interface WebhookTrial {
  /**
   * @return true when it may not be reached; false also when nobody knows its name yet
   */
  CompletionStage<Boolean> isRefused(URI url);
}
