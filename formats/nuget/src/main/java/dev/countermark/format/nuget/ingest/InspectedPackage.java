package dev.countermark.format.nuget.ingest;

import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.metadata.Nuspec;
import java.util.Optional;

/**
 * A package that may be taken.
 *
 * @param nuspecBytes as they are in the package; not copied
 * @param icon name of the entry of the embedded icon, if there is one
 * @param readme name of the entry of the embedded readme
 * @param license name of the entry of the embedded license
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record InspectedPackage(
    PackageArchive archive,
    Nuspec nuspec,
    byte[] nuspecBytes,
    Optional<String> icon,
    Optional<String> readme,
    Optional<String> license) {}
