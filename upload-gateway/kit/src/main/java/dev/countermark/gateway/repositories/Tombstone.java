package dev.countermark.gateway.repositories;

import dev.countermark.contracts.Checksummed;
import java.time.Instant;

/**
 * What had an identity when its repository was deleted. Stays for good.
 *
 * @param digest {@code algorithm:hex} of what was pushed
 */
public record Tombstone(String digest, Instant deletedAt) implements Checksummed {}
