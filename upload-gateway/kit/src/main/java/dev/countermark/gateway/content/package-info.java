/**
 * Bytes of uploads on their way into the store, as parts; alike for every format.
 *
 * <p>Must not know what the bytes are.
 */
package dev.countermark.gateway.content;
