package dev.countermark.gateway.views;

import java.time.Instant;

/**
 * What was seen of a package, and when.
 *
 * @param readAt when the store was asked; {@link Instant#MIN} if it never was
 */
public record Seen<V>(Instant readAt, V view) {}
