package dev.countermark.gateway.nuget.view;

import dev.countermark.format.nuget.metadata.Nuspec;
import java.util.List;
import java.util.Optional;

/**
 * What registration and search say alike of a version.
 *
 * @param id as the author wrote it
 * @param hasIcon whether an icon is embedded; so with the license
 * @param packageTypes their names
 */
public record Description(
    String id,
    String title,
    String description,
    String summary,
    String authors,
    List<String> tags,
    boolean hasIcon,
    boolean hasLicense,
    Optional<String> iconUrl,
    Optional<String> licenseUrl,
    Optional<String> projectUrl,
    List<String> packageTypes) {
  public Description {
    iconUrl = iconUrl == null ? Optional.empty() : iconUrl;
    licenseUrl = licenseUrl == null ? Optional.empty() : licenseUrl;
    projectUrl = projectUrl == null ? Optional.empty() : projectUrl;
    tags = List.copyOf(tags);
    packageTypes = List.copyOf(packageTypes);
  }

  public static Description of(VersionView version) {
    Nuspec nuspec = version.nuspec();
    return new Description(
        nuspec.id().value(),
        nuspec.title().orElse(nuspec.id().value()),
        nuspec.description(),
        nuspec.summary().orElse(""),
        nuspec.authors(),
        nuspec.tags(),
        version.hasIcon(),
        version.hasLicense(),
        nuspec.iconUrl(),
        nuspec.licenseUrl(),
        nuspec.projectUrl(),
        nuspec.packageTypes().stream().map(Nuspec.PackageType::name).toList());
  }
}
