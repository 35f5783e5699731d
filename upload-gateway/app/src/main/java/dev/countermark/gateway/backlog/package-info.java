/**
 * How far the signers are behind: seen from the gateway, so that it is seen when there is no
 * signer. Start at {@link dev.countermark.gateway.backlog.Backlogs}.
 *
 * <p>Knows no package, and takes part in no consumer group.
 */
package dev.countermark.gateway.backlog;
