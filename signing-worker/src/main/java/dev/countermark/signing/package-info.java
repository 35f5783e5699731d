/**
 * What the signers of all formats share: one request in, one outcome out. {@link
 * dev.countermark.signing.KeyedDispatcher} keeps the order per package and bounds what is in
 * flight; {@link dev.countermark.signing.SigningWorker} turns one delivered record into an outcome,
 * a retry or a dead letter. A format brings its {@link dev.countermark.signing.FormatSigner}.
 *
 * <p>Knows the JDK, the contracts and Micrometer; must not know a broker's client, a framework, a
 * store or a format. Start reading at {@link dev.countermark.signing.SigningWorker}.
 */
package dev.countermark.signing;
