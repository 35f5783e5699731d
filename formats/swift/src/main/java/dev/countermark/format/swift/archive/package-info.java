/**
 * Source archives of Swift packages: what every client unpacks alike, which manifests are in it,
 * and the same archive with signed manifests (swift reference, sections 2 and 6). Reads archives in
 * place; writes nothing anywhere, least of all what is in them.
 *
 * <p>Start at {@link dev.countermark.format.swift.archive.SourceArchive}.
 */
package dev.countermark.format.swift.archive;
