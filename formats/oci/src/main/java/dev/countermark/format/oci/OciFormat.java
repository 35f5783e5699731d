package dev.countermark.format.oci;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.PackageUrl;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Images: one package record per manifest. A package's name is the full OCI name. */
public record OciFormat() implements Format<ManifestRecord, OciSettings> {
  /** The repository, and the image in it. */
  private static final Pattern PATH = Pattern.compile("([^/]+/[^/]+)/?(.*)");

  @Override
  public String label() {
    return "oci";
  }

  @Override
  public Class<ManifestRecord> recordType() {
    return ManifestRecord.class;
  }

  @Override
  public String records(RepositoryName repository) {
    return prefix(repository);
  }

  @Override
  public String nextRecords(String key) {
    return OciKeys.nextManifests(key);
  }

  @Override
  public boolean isRecord(String key) {
    return OciKeys.MANIFEST.matcher(key).matches();
  }

  /** The name is {@code owner/repo[/image…]}. */
  @Override
  public Optional<String> recordKey(RepositoryName repository, String name, String digest) {
    boolean own = (name + "/").startsWith(repository + "/") && OciName.parse(name).isPresent();
    return own && Digest.parse(digest).isPresent()
        ? Optional.of(OciKeys.manifest(name, digest))
        : Optional.empty();
  }

  @Override
  public String purl(RepositoryName repository, String name, String digest) {
    return purl(name, digest);
  }

  /**
   * Package URL of a manifest (purl type {@code oci}).
   *
   * @param name full OCI name, {@code owner/repo[/image…]}
   * @param digest {@code algorithm:hex}
   */
  public static String purl(String name, String digest) {
    return "pkg:oci/"
        + name.substring(name.lastIndexOf('/') + 1)
        + "@"
        + digest.replace(":", "%3A")
        + "?repository_url="
        + name.replace("/", "%2F");
  }

  @Override
  public Optional<StatusName> named(PackageUrl url) {
    return Optional.of(url)
        .filter(it -> it.type().equals("oci") && it.namespace().isEmpty())
        .flatMap(PackageUrl::repositoryPath)
        .filter(path -> path.endsWith("/" + url.name()))
        .flatMap(path -> url.version().flatMap(digest -> named(path, digest)));
  }

  private Optional<StatusName> named(String path, String digest) {
    Matcher parts = PATH.matcher(path);
    return parts.matches()
        ? RepositoryName.parse(parts.group(1))
            .filter(repository -> recordKey(repository, path, digest).isPresent())
            .map(r -> new StatusName(r, parts.group(2) + "@" + digest))
        : Optional.empty();
  }

  @Override
  public String eventKey(RepositoryName repository, String name, String digest) {
    return eventKey(name, digest);
  }

  /** Order is kept per manifest. */
  public static String eventKey(String name, String digest) {
    return "oci/" + name + "@" + digest;
  }

  @Override
  public String mediaType(ManifestRecord record) {
    return record.mediaType();
  }

  /** Those made with the newest key that signed it. */
  @Override
  public Set<String> signatureForms(ManifestRecord record) {
    return record
        .signatures()
        .filter(s -> !s.by().isEmpty())
        .map(s -> s.by().get(s.by().size() - 1).formats())
        .orElseGet(Set::of)
        .stream()
        .map(form -> form.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Class<OciSettings> settings() {
    return OciSettings.class;
  }

  @Override
  public OciSettings defaults() {
    return OciSettings.defaults();
  }

  @Override
  public Set<String> rootSegments() {
    return Set.of("v2");
  }

  @Override
  public KeyTerms key() {
    return KeyTerms.bare(KeyTerms.Algorithm.ECDSA);
  }
}
