/**
 * Bytes between clients and the gateway, in both directions, without a thread that waits for a
 * client: how many transfers there may be, how slow they may be, and what they hold meanwhile.
 *
 * <p>Must not know what the bytes are, nor who may send or read them.
 */
package dev.countermark.gateway.transfer;
