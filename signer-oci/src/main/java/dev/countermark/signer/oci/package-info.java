/**
 * How images are signed: wiring, the two channels, and the one use case.
 *
 * <p>Start reading at {@link dev.countermark.signer.oci.SignOciManifest}, which knows neither Kafka
 * nor Quarkus. Must not face clients, and never holds a private key.
 */
package dev.countermark.signer.oci;
