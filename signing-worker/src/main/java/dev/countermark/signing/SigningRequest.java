package dev.countermark.signing;

import java.time.Instant;

/** What a delivered record asks for; each format has its own. */
public interface SigningRequest {
  /** Package URL of the package, for logs. */
  String purl();

  /** When the upload was accepted, or the resync requested: the lag counts from here. */
  Instant since();
}
