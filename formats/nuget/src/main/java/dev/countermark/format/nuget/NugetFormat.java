package dev.countermark.format.nuget;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.PackageUrl;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import java.time.Duration;
import java.time.Period;
import java.util.Optional;

/**
 * NuGet packages: one package record per version. A package's name is {@link Identity#toString}.
 */
public record NugetFormat() implements Format<VersionRecord, NugetSettings> {
  /** A NuGet package has no media type of its own. */
  public static final String MEDIA_TYPE = "application/octet-stream";

  @Override
  public String label() {
    return "nuget";
  }

  @Override
  public Class<VersionRecord> recordType() {
    return VersionRecord.class;
  }

  @Override
  public String records(RepositoryName repository) {
    return NugetKeys.packages(repository);
  }

  @Override
  public boolean isRecord(String key) {
    return NugetKeys.VERSION.matcher(key).matches();
  }

  @Override
  public Optional<String> recordKey(RepositoryName repository, String name, String digest) {
    return Upload.isDigest(digest)
        ? Identity.parse(name).map(identity -> NugetKeys.version(repository, identity))
        : Optional.empty();
  }

  @Override
  public String purl(RepositoryName repository, String name, String digest) {
    return purl(repository, name);
  }

  /**
   * Package URL (purl type {@code nuget}).
   *
   * @param name {@code lower-case id/lower-case normalized version}
   */
  public static String purl(RepositoryName repository, String name) {
    return "pkg:nuget/"
        + name.replace('/', '@')
        + "?repository_url="
        + repository.toString().replace("/", "%2F");
  }

  @Override
  public Optional<StatusName> named(PackageUrl url) {
    return url.type().equals("nuget") && url.namespace().isEmpty()
        ? url.repository()
            .flatMap(r -> url.version().map(v -> new StatusName(r, url.name() + "/" + v)))
        : Optional.empty();
  }

  @Override
  public String eventKey(RepositoryName repository, String name, String digest) {
    return eventKey(repository, name);
  }

  /** Order is kept per version. */
  public static String eventKey(RepositoryName repository, String name) {
    return "nuget/" + repository + "/" + name;
  }

  @Override
  public String mediaType(VersionRecord record) {
    return MEDIA_TYPE;
  }

  @Override
  public Class<NugetSettings> settings() {
    return NugetSettings.class;
  }

  @Override
  public NugetSettings defaults() {
    return NugetSettings.defaults();
  }

  /**
   * What clients' configurations call the feed of a repository. Credentials are given to it in
   * variables and XML elements of that name: so it has letters, digits and underscores, a letter
   * first, and needs quotes nowhere.
   */
  public static String sourceName(RepositoryName repository) {
    return "countermark_" + repository.toString().replace('/', '_').replace('-', '_');
  }

  @Override
  public KeyTerms key() {
    return new KeyTerms(
        KeyTerms.Algorithm.RSA,
        // Clients remember the list of certificates for up to an hour.
        Duration.ofHours(1),
        Optional.of(
            new KeyTerms.Certification(
                new KeyTerms.Names("Package Signing", "repository signing", false),
                false,
                Period.ofYears(2),
                Duration.ofDays(90),
                KeyTerms.Revocation.LIST,
                new KeyTerms.Acceptance(false, true))));
  }
}
