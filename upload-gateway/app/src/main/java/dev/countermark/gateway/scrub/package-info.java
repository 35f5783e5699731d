/**
 * Reads all that is stored, slowly and again and again, and compares it with the hashes that it
 * must have. Must not know a format, nor HTTP. Start at {@link
 * dev.countermark.gateway.scrub.ContentScrubber}.
 */
package dev.countermark.gateway.scrub;
