/**
 * Real clients against the running platform, through its public interface only. A client that is
 * not on the PATH is skipped by name; what our own verifier can say without any client is always
 * checked. Start with {@link dev.countermark.conformance.Platform} and {@link
 * dev.countermark.conformance.Client}.
 */
package dev.countermark.conformance;
