/**
 * {@code package-metadata.json}: what publishers say of a release (swift reference, section 2).
 * Kept as it was sent; only times are told in the form that all clients read.
 */
package dev.countermark.format.swift.metadata;
