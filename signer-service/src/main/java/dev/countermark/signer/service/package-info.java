/**
 * What signers are made of besides their formats: records taken from Kafka, handled many at once,
 * outcomes and dead letters written, settings read, threads and memory shared.
 *
 * <p>Knows Kafka, the object store and the key service; knows no format. A format brings its {@link
 * dev.countermark.signer.service.SignerFormat} and its channels, whose records the {@link
 * dev.countermark.signer.service.SignerHost} takes; start reading at {@link
 * dev.countermark.signer.service.RecordSigner}.
 */
package dev.countermark.signer.service;
