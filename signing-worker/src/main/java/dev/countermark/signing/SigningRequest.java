package dev.countermark.signing;

import java.time.Instant;
import java.util.Optional;

/** What a delivered record asks for; each format has its own. */
public interface SigningRequest {
  /** Package URL of the package, for logs. */
  String purl();

  /** The {@code traceparent} of its event; empty when nothing is traced. */
  Optional<String> trace();

  /** When the upload was accepted, or the resync requested: the lag counts from here. */
  Instant since();

  /** Whose package it is: tenants take turns. */
  String tenant();

  /**
   * Whether another upload's request, which is looked at later, asks for all that this one asks
   * for. It may be of another time: a signer looks at the package as it is then.
   */
  boolean asksTheSame(SigningRequest other);
}
