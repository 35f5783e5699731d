/**
 * Keys per repository and purpose, deterministic signatures, and the audit chain: the only code
 * that ever holds a private key. Start reading at {@link dev.countermark.keyservice.KeyCustodian}.
 *
 * <p>Knows the keys bucket and its own records; must not know HTTP (that is {@code
 * keyservice.http}), packages or events.
 */
package dev.countermark.keyservice;
