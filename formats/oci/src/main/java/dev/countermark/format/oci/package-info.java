/**
 * The OCI formats as pure functions: names and digests, manifests, cosign's {@code .sig} layout,
 * Sigstore bundles, and the verifier of both. Bytes and an {@code Instant} in, values out.
 *
 * <p>Must not know frameworks, stores, events, clocks or the network. Start reading at {@link
 * dev.countermark.format.oci.Manifest}, {@link dev.countermark.format.oci.SignaturePlan} and {@link
 * dev.countermark.format.oci.CosignVerifier}.
 */
package dev.countermark.format.oci;
