package dev.countermark.contracts;

import java.time.Instant;

/** Why and when a stored package was refused. */
public record RefusalNote(Refusal code, String detail, Instant at) {}
