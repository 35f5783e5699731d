/**
 * Who calls, and what they may do: the admin token, repository tokens, short-lived bearer tokens of
 * a registry's token endpoint, and the challenge that sends clients there. Start at {@link
 * dev.countermark.gateway.auth.Authenticator}.
 *
 * <p>Everything but the wiring is plain Java; must not know packages, events or formats. Tokens are
 * records in the store.
 */
package dev.countermark.gateway.auth;
