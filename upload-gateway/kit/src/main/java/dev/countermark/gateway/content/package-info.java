/**
 * Bytes that are pushed and pulled: what a body, a piece of one and a file are, in memory, on the
 * local disk, and as parts in the store; alike for every format.
 *
 * <p>Must not know what the bytes are, nor how they move between clients and the gateway.
 */
package dev.countermark.gateway.content;
