package dev.countermark.format.nuget.metadata;

import java.util.List;
import java.util.Optional;

/**
 * The metadata of a package.
 *
 * @param authors empty when it names none; so with the description
 * @param projectUrl an http(s) address, absent when it is anything else; so with the others
 * @param icon path of the embedded icon
 * @param readme path of the embedded readme
 * @param licenseUrl packages with a license expression carry one too
 * @param tags as written, split at white space and commas
 * @param packageTypes never empty: {@code Dependency} when the nuspec names none
 * @see "nuget reference, section 7: the rules of a nuspec"
 */
public record Nuspec(
    PackageId id,
    NuGetVersion version,
    String authors,
    String description,
    Optional<String> title,
    Optional<String> summary,
    Optional<String> releaseNotes,
    Optional<String> copyright,
    Optional<String> language,
    Optional<String> projectUrl,
    Optional<String> iconUrl,
    Optional<String> licenseUrl,
    Optional<String> icon,
    Optional<String> readme,
    Optional<License> license,
    List<String> tags,
    boolean requireLicenseAcceptance,
    boolean developmentDependency,
    Optional<String> minClientVersion,
    Optional<SourceRepository> repository,
    List<PackageType> packageTypes,
    List<DependencyGroup> groups) {
  /** What a package is when it does not say it. */
  public static final PackageType DEPENDENCY = new PackageType("Dependency", Optional.empty());

  public Nuspec {
    tags = List.copyOf(tags);
    packageTypes = packageTypes.isEmpty() ? List.of(DEPENDENCY) : List.copyOf(packageTypes);
    groups = List.copyOf(groups);
  }

  /**
   * @param file whether {@code value} is the path of an embedded file; else it is an SPDX
   *     expression
   */
  public record License(boolean file, String value) {}

  /** Where the source is. */
  public record SourceRepository(
      Optional<String> type,
      Optional<String> url,
      Optional<String> branch,
      Optional<String> commit) {}

  public record PackageType(String name, Optional<String> version) {}

  /**
   * @param targetFramework as written; absent for all
   */
  public record DependencyGroup(Optional<String> targetFramework, List<Dependency> dependencies) {
    public DependencyGroup {
      dependencies = List.copyOf(dependencies);
    }
  }

  public record Dependency(PackageId id, VersionRange range) {}

  /**
   * Reads a nuspec as clients do.
   *
   * @throws InvalidNuspecException naming the first rule that it breaks
   */
  public static Nuspec parse(byte[] xml) throws InvalidNuspecException {
    return parse(xml, Strictness.CLIENT);
  }

  /**
   * Reads a nuspec. What it says is the same for everybody.
   *
   * @param strictness by whose rules it may be refused
   * @throws InvalidNuspecException naming the first rule that it breaks
   */
  public static Nuspec parse(byte[] xml, Strictness strictness) throws InvalidNuspecException {
    return new NuspecReader(strictness).read(xml);
  }

  /** Whether clients of SemVer 1.0.0 must not see it. */
  public boolean isSemVer2() {
    return version.isSemVer2()
        || groups.stream()
            .flatMap(g -> g.dependencies().stream())
            .anyMatch(d -> d.range().isSemVer2());
  }

  public boolean isSymbolsPackage() {
    return packageTypes.stream().anyMatch(Nuspec::isOfSymbols);
  }

  static boolean isOfSymbols(PackageType type) {
    return type.name().equalsIgnoreCase("SymbolsPackage");
  }
}
