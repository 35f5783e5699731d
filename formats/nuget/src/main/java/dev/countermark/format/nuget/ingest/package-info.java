/**
 * What a pushed package must be like before anything of it is stored (nuget reference, section 7).
 *
 * <p>Reads archives in place; writes nothing anywhere, least of all what is in them.
 */
package dev.countermark.format.nuget.ingest;
