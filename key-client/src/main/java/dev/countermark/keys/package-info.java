/**
 * The port to the key service ({@link dev.countermark.keys.KeyClient}) with two adapters, HTTP and
 * in memory, held to one contract suite.
 *
 * <p>Knows hashes, signatures and public keys; never a private key (the in-memory adapter is for
 * tests only).
 */
package dev.countermark.keys;
