/**
 * What consumers need to verify: public keys, ready-made client configuration, and where the
 * signing of an image stands. Start at {@link dev.countermark.gateway.trust.KeysResource}.
 *
 * <p>Knows public material only; must not know how anything is signed or pushed.
 */
package dev.countermark.gateway.trust;
