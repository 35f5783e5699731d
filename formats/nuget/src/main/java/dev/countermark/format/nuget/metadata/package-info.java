/**
 * What a package says of itself: id, version, dependencies and the other metadata of its nuspec.
 *
 * <p>Reads text and XML; knows nothing of archives.
 */
package dev.countermark.format.nuget.metadata;
