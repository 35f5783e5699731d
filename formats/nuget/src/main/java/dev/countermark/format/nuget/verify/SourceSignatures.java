package dev.countermark.format.nuget.verify;

import java.util.Set;

/**
 * What the source that a package is restored from says in its {@code RepositorySignatures} document
 * (nuget reference, section 5.3).
 *
 * @param fingerprints SHA-256 of its certificates, hexadecimal in any case
 */
public record SourceSignatures(boolean allRepositorySigned, Set<String> fingerprints) {
  public SourceSignatures {
    fingerprints = Set.copyOf(fingerprints);
  }
}
