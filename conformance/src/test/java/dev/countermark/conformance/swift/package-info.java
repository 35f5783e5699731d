/** Swift packages: the Swift client and our own verifier against the platform. */
package dev.countermark.conformance.swift;
