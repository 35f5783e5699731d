package dev.countermark.format.echo;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.PackageUrl;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.Upload;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Files by name. */
public record EchoFormat() implements Format<EchoRecord, EchoSettings> {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final Pattern RECORD = Pattern.compile("echo/[^/]+/[^/]+/files/[^/]+\\.json");

  @Override
  public String label() {
    return "echo";
  }

  @Override
  public Class<EchoRecord> recordType() {
    return EchoRecord.class;
  }

  @Override
  public String records(RepositoryName repository) {
    return prefix(repository) + "files/";
  }

  @Override
  public boolean isRecord(String key) {
    return RECORD.matcher(key).matches();
  }

  @Override
  public Optional<String> recordKey(RepositoryName repository, String name, String digest) {
    return Upload.isDigest(digest) ? recordKey(repository, name) : Optional.empty();
  }

  public Optional<String> recordKey(RepositoryName repository, String name) {
    return NAME.matcher(name).matches()
        ? Optional.of(records(repository) + name + ".json")
        : Optional.empty();
  }

  @Override
  public String purl(RepositoryName repository, String name, String digest) {
    return "pkg:generic/" + name + "?repository_url=" + repository.toString().replace("/", "%2F");
  }

  @Override
  public Optional<StatusName> named(PackageUrl url) {
    return Optional.of(url)
        .filter(it -> it.type().equals("generic"))
        .flatMap(PackageUrl::repository)
        .map(repository -> new StatusName(repository, url.name()));
  }

  @Override
  public String mediaType(EchoRecord record) {
    return "application/octet-stream";
  }

  @Override
  public Class<EchoSettings> settings() {
    return EchoSettings.class;
  }

  @Override
  public EchoSettings defaults() {
    return new EchoSettings(false);
  }

  @Override
  public Set<String> rootSegments() {
    return Set.of("echo-login");
  }

  @Override
  public KeyTerms key() {
    return KeyTerms.bare(KeyTerms.Algorithm.ECDSA);
  }
}
