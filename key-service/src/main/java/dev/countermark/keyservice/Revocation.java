package dev.countermark.keyservice;

import java.time.Instant;

/**
 * The mark that a version is no longer to be trusted; written once, never changed.
 *
 * @param revokedAt from when on
 * @param revokedBy the client whose call set it
 */
record Revocation(Instant revokedAt, String revokedBy) {}
