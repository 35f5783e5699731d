/**
 * Resyncs of many packages: campaigns. Start at {@link dev.countermark.gateway.resync.Campaigns}.
 * What a campaign has done is in the store; one gateway at a time is at it, and whoever takes over
 * goes on where it stands there.
 *
 * <p>Knows no format, and no protocol of clients.
 */
package dev.countermark.gateway.resync;
