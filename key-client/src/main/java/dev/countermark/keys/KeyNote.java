package dev.countermark.keys;

import java.time.Instant;

/**
 * Which version of a repository's key is the newest that anybody was shown, in the packages bucket:
 * the key service must have it for ever, because consumers trust it.
 *
 * @param generation changes with everything else
 * @param version 1 for the first
 * @param fingerprint as in {@link KeyClient.PublicKeyVersion}
 * @param at when it was noted
 */
record KeyNote(long generation, int version, String fingerprint, Instant at) {}
