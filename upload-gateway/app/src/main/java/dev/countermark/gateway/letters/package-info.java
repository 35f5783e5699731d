/**
 * Dead letters: what signers gave up, kept in the store where people can look at it, hand it in
 * again or have it gone. Start at {@link dev.countermark.gateway.letters.Letters}.
 *
 * <p>Knows no format, and no protocol of clients.
 */
package dev.countermark.gateway.letters;
