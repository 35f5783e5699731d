package dev.countermark.gateway.nuget.view;

import dev.countermark.format.nuget.metadata.Nuspec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What registration and search say alike of a version. Whoever wants all of a long text reads the
 * nuspec: many of these are in one answer.
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

  private static final int LONGEST = 4_000;

  private static String cut(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return text.substring(0, end);
  }

  /** As many as make a text that is not too long. */
  private static List<String> cut(List<String> tags) {
    List<String> some = new ArrayList<>();
    int length = 0;
    for (String tag : tags) {
      length += tag.length() + 1;
      if (length > LONGEST) {
        break;
      }
      some.add(tag);
    }
    return some;
  }

  public static Description of(VersionView version) {
    Nuspec nuspec = version.nuspec();
    return new Description(
        nuspec.id().value(),
        cut(nuspec.title().orElse(nuspec.id().value())),
        cut(nuspec.description()),
        cut(nuspec.summary().orElse("")),
        cut(nuspec.authors()),
        cut(nuspec.tags()),
        version.hasIcon(),
        version.hasLicense(),
        nuspec.iconUrl(),
        nuspec.licenseUrl(),
        nuspec.projectUrl(),
        nuspec.packageTypes().stream().map(Nuspec.PackageType::name).toList());
  }
}
