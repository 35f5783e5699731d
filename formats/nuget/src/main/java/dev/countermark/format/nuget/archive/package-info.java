/**
 * The bytes of a package archive: where entries lie, what the package hash covers, how a signature
 * entry is inserted and removed without touching anything else (nuget reference, section 1).
 *
 * <p>Knows nothing about what the entries hold.
 */
package dev.countermark.format.nuget.archive;
