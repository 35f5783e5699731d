/**
 * What every signer service is made of besides its format: records taken from Kafka, handled many
 * at once, outcomes and dead letters written, settings read.
 *
 * <p>Knows Kafka, the object store and the key service; knows no format.
 */
package dev.countermark.signer.service;
