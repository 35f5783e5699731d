/**
 * The signer of images: consumes upload and resync events, brings the signatures of the manifests
 * they name up to date, and publishes what came of it.
 *
 * <p>Start reading at {@link dev.countermark.signer.oci.SigningConsumer} (the edge) and {@link
 * dev.countermark.signer.oci.SignOciManifest} (the use case, which knows neither Kafka nor
 * Quarkus). Must not face clients, and never holds a private key.
 */
package dev.countermark.signer.oci;
