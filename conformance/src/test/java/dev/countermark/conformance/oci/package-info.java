/** Container images: every released client and our own verifier against the platform. */
package dev.countermark.conformance.oci;
