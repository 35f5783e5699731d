/**
 * Names, versions and tools versions of Swift packages (swift reference, section 2). Knows nothing
 * about what they name.
 */
package dev.countermark.format.swift.identity;
