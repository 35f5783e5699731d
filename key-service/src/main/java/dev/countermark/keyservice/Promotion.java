package dev.countermark.keyservice;

import java.time.Instant;

/**
 * The mark that a version begins to sign which was made before its time: a spare, or one that was
 * announced for later. Marks of a key are numbered, written once and never changed: whoever loses
 * the race for a number reads the winner's mark and decides again.
 *
 * @param activeFrom when it begins to sign; the earliest of several marks holds
 * @param promotedBy the client whose call set it
 */
record Promotion(int version, Instant activeFrom, Instant promotedAt, String promotedBy) {}
