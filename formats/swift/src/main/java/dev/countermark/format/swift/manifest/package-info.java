/**
 * Manifests of Swift packages as text: which tools version they declare and the signature line at
 * their end (swift reference, section 3). Evaluates nothing: a manifest is a program.
 */
package dev.countermark.format.swift.manifest;
