/**
 * What consumers need to verify: public keys, certificates and whether they are revoked, and
 * ready-made client configuration. Start at {@link dev.countermark.gateway.trust.TrustResource}.
 *
 * <p>Knows public material only; must not know how anything is signed or pushed.
 */
package dev.countermark.gateway.trust;
