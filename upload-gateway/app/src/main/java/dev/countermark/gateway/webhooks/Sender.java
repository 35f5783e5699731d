package dev.countermark.gateway.webhooks;

import dev.countermark.contracts.Bytes;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Sends to strangers. Holds no thread while they take their time. */
interface Sender {
  /**
   * @return always done, in bounded time
   */
  CompletionStage<Attempt> send(URI url, Map<String, String> headers, Bytes body);
}
