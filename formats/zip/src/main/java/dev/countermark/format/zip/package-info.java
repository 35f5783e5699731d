/**
 * The bytes of a ZIP archive, read in place: where entries lie, what every reader agrees about, and
 * how a changed archive is described without copying it.
 *
 * <p>Knows nothing about what a package format demands of its archives. Start at {@link
 * dev.countermark.format.zip.ZipArchive}.
 */
package dev.countermark.format.zip;
