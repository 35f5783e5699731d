package dev.countermark.format.swift;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.PackageUrl;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import java.time.Duration;
import java.time.Period;
import java.util.Optional;
import java.util.Set;

/**
 * Swift packages: one package record per release. A package's name is {@link Identity#toString}.
 */
public record SwiftFormat() implements Format<ReleaseRecord, SwiftSettings> {
  /** A source archive. */
  public static final String MEDIA_TYPE = "application/zip";

  @Override
  public String label() {
    return "swift";
  }

  @Override
  public Class<ReleaseRecord> recordType() {
    return ReleaseRecord.class;
  }

  @Override
  public String records(RepositoryName repository) {
    return SwiftKeys.packages(repository);
  }

  @Override
  public boolean isRecord(String key) {
    return SwiftKeys.RELEASE.matcher(key).matches();
  }

  @Override
  public Optional<String> recordKey(RepositoryName repository, String name, String digest) {
    return Upload.isDigest(digest)
        ? Identity.parse(name).map(identity -> SwiftKeys.release(repository, identity))
        : Optional.empty();
  }

  @Override
  public String purl(RepositoryName repository, String name, String digest) {
    return purl(repository, name);
  }

  /**
   * Package URL (purl type {@code swift}).
   *
   * @param name {@code lower-case scope.lower-case name/version}
   */
  public static String purl(RepositoryName repository, String name) {
    return "pkg:swift/"
        + name.replace('/', '@').replaceFirst("\\.", "/").replace("+", "%2B")
        + "?repository_url="
        + repository.toString().replace("/", "%2F");
  }

  @Override
  public Optional<StatusName> named(PackageUrl url) {
    return url.type().equals("swift") && !url.namespace().isEmpty()
        ? url.repository()
            .flatMap(
                r ->
                    url.version()
                        .map(v -> url.namespace() + "/" + url.name() + "/" + v)
                        .map(name -> new StatusName(r, name)))
        : Optional.empty();
  }

  @Override
  public String eventKey(RepositoryName repository, String name, String digest) {
    return eventKey(repository, name);
  }

  /** Order is kept per version. */
  public static String eventKey(RepositoryName repository, String name) {
    return "swift/" + repository + "/" + name;
  }

  @Override
  public String mediaType(ReleaseRecord record) {
    return MEDIA_TYPE;
  }

  @Override
  public Class<SwiftSettings> settings() {
    return SwiftSettings.class;
  }

  @Override
  public SwiftSettings defaults() {
    return SwiftSettings.defaults();
  }

  @Override
  public Set<String> rootSegments() {
    return Set.of("login");
  }

  @Override
  public KeyTerms key() {
    return new KeyTerms(
        KeyTerms.Algorithm.ECDSA,
        // Clients trust the root or the intermediate, never one key.
        Duration.ZERO,
        Optional.of(
            new KeyTerms.Certification(
                new KeyTerms.Names("Swift Package Signing", "package signing", true),
                true,
                // Signatures carry no timestamps.
                Period.ofYears(5),
                Duration.ofDays(180),
                KeyTerms.Revocation.RESPONDER,
                new KeyTerms.Acceptance(true, false))));
  }
}
