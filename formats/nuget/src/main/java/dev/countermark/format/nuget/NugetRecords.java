package dev.countermark.format.nuget;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Glob;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.metadata.Strictness;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The records of the NuGet path. Each is one JSON object that only ever changes by an atomic
 * compare-and-set; {@code generation} grows by one with each change, so that a record never returns
 * to earlier bytes (an ETag is a content hash).
 */
public final class NugetRecords {
  private NugetRecords() {}

  /** What is done with packages that come with a signature (nuget reference, section 3.1). */
  public enum SignaturePolicy {
    /** Authors' signatures are countersigned, foreign repositories' signatures replaced. */
    @JsonProperty("resign")
    RESIGN,
    /** A valid signature of a foreign repository stays as it is. */
    @JsonProperty("keep-valid-foreign")
    KEEP_VALID_FOREIGN,
    /** Only unsigned packages are taken. */
    @JsonProperty("reject-signed")
    REJECT_SIGNED
  }

  /** Whether signatures carry a timestamp of an authority (RFC 3161). */
  public enum TimestampPolicy {
    @JsonProperty("none")
    NONE,
    /** Without one when no authority answers. */
    @JsonProperty("preferred")
    PREFERRED,
    /** A package waits until an authority answers. */
    @JsonProperty("required")
    REQUIRED
  }

  /**
   * @param anonymousRead whether anybody may restore and search; default false
   * @param signatures default {@code resign}
   * @param timestamps default {@code none}
   * @param announceAllSigned say {@code allRepositorySigned} to clients that understand it: they
   *     then refuse whatever is unsigned, and whoever does not trust the root; default false
   * @param deletePackages whether deleting removes the package instead of unlisting it; default
   *     false
   * @param strictness by whose rules pushes are refused; default {@code client}
   * @param immutableVersions those that are never deleted, {@code id/version}; default none
   */
  public record NugetSettings(
      boolean anonymousRead,
      SignaturePolicy signatures,
      TimestampPolicy timestamps,
      boolean announceAllSigned,
      boolean deletePackages,
      Strictness strictness,
      List<Glob> immutableVersions) {
    public NugetSettings {
      immutableVersions = immutableVersions == null ? List.of() : List.copyOf(immutableVersions);
      signatures = signatures == null ? SignaturePolicy.RESIGN : signatures;
      timestamps = timestamps == null ? TimestampPolicy.NONE : timestamps;
      strictness = strictness == null ? Strictness.CLIENT : strictness;
    }

    /** Of a feed that takes what clients install. */
    public NugetSettings(
        boolean anonymousRead,
        SignaturePolicy signatures,
        TimestampPolicy timestamps,
        boolean announceAllSigned,
        boolean deletePackages) {
      this(anonymousRead, signatures, timestamps, announceAllSigned, deletePackages, null, null);
    }

    public static NugetSettings defaults() {
      return new NugetSettings(false, null, null, false, false);
    }
  }

  /**
   * The part of the settings by which a package was taken and is signed, whatever they become
   * meanwhile.
   */
  public record AppliedPolicy(SignaturePolicy signatures, TimestampPolicy timestamps) {
    public static AppliedPolicy of(NugetSettings settings) {
      return new AppliedPolicy(settings.signatures(), settings.timestamps());
    }
  }

  /**
   * What tells one package from another: case and the notation of the version do not.
   *
   * @param id lower-case id
   * @param version lower-case normalized version, without build metadata
   */
  public record Identity(String id, String version) {
    private static final Pattern ID = Pattern.compile("(?=.{1,100}$)[a-z0-9_]+([.-][a-z0-9_]+)*");
    private static final Pattern VERSION =
        Pattern.compile("(?=.{1,128}$)\\d+(\\.\\d+){2,3}(-[0-9a-z.-]+)?");

    /**
     * @throws IllegalArgumentException when a part cannot be one; both become parts of object keys
     */
    public Identity {
      if (!isId(id) || !VERSION.matcher(version).matches()) {
        throw new IllegalArgumentException("not a lower-case package id and normalized version");
      }
    }

    /** Whether it is a package id in lower case. */
    static boolean isId(String text) {
      return ID.matcher(text).matches();
    }

    /** Reads {@link #toString}; empty when the text is anything else. */
    public static Optional<Identity> parse(String text) {
      int slash = text == null ? -1 : text.indexOf('/');
      return slash < 0
          ? Optional.empty()
          : find(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Empty when a part cannot be one. */
    public static Optional<Identity> find(String id, String version) {
      return isId(id) && VERSION.matcher(version).matches()
          ? Optional.of(new Identity(id, version))
          : Optional.empty();
    }

    /** {@code id/version}. */
    @Override
    public String toString() {
      return id + "/" + version;
    }
  }

  /** How a package carries the repository's signature. */
  public enum SignatureKind {
    /** The only signature. */
    @JsonProperty("primary")
    PRIMARY,
    /** Beside the author's. */
    @JsonProperty("countersignature")
    COUNTERSIGNATURE,
    /** A foreign repository's signature was kept (policy {@code keep-valid-foreign}). */
    @JsonProperty("foreign")
    FOREIGN
  }

  /**
   * Who signed.
   *
   * @param keyVersion version of the repository's key; 0 for a foreign signature
   * @param certificate SHA-256 of the signer's certificate, upper-case hexadecimal as clients want
   *     it
   * @param serviceIndex as in the signature
   * @param owners as in the signature
   * @param notAfter end of the certificate's validity
   * @param timestamped whether the signature carries an authority's timestamp
   * @param signingTime as in the signature
   * @param signedAt when it was made
   */
  public record RepositorySignature(
      SignatureKind kind,
      int keyVersion,
      String certificate,
      String serviceIndex,
      List<String> owners,
      Instant notAfter,
      boolean timestamped,
      Instant signingTime,
      Instant signedAt) {
    public RepositorySignature {
      owners = List.copyOf(owners);
    }
  }

  /**
   * The signature that the upload carried and that was replaced.
   *
   * @param certificate SHA-256 of the signer's certificate, upper-case hexadecimal
   */
  public record ReplacedSignature(String certificate, String serviceIndex, List<String> owners) {
    public ReplacedSignature {
      owners = List.copyOf(owners);
    }
  }

  /**
   * What the platform signed, with by whom.
   *
   * @param warnings why clients that verify will refuse it all the same, for people; none in
   *     records of earlier releases
   */
  public record SignedPackage(
      SignedFile file,
      RepositorySignature signature,
      Optional<ReplacedSignature> replaced,
      List<String> warnings) {
    public SignedPackage {
      replaced = replaced == null ? Optional.empty() : replaced;
      warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }

    /** One that all clients take. */
    public SignedPackage(
        SignedFile file, RepositorySignature signature, Optional<ReplacedSignature> replaced) {
      this(file, signature, replaced, List.of());
    }
  }

  /**
   * One version of a package.
   *
   * @param id as the author wrote it
   * @param version as the author wrote it, with build metadata
   * @param contentHash Base64 of the SHA-512 that lock files hold: over the package without its
   *     signature, so it never changes
   * @param nuspec the manifest's bytes, verbatim
   * @param icon path of the embedded icon, if the nuspec names one
   * @param readme path of the embedded readme
   * @param license path of the embedded license
   * @param acceptedAt when it was pushed
   * @param pushSession SHA-256 of the client's session id and credential: a repeated request is
   *     told from a second push
   * @param listed false hides it from search
   * @param signed absent until signed
   * @param policy absent in records of earlier releases: then the settings say it
   * @param repositoryCreatedAt absent in records of earlier releases
   * @param pushedBy absent in records of earlier releases
   * @param changedBy who hid, showed or deleted it last, if anybody did
   */
  public record VersionRecord(
      long generation,
      RepositoryName repository,
      Identity identity,
      String id,
      String version,
      Upload upload,
      String contentHash,
      Bytes nuspec,
      Optional<String> icon,
      Optional<String> readme,
      Optional<String> license,
      Instant acceptedAt,
      Optional<String> pushSession,
      boolean listed,
      State state,
      Optional<SignedPackage> signed,
      Optional<RefusalNote> refusal,
      Optional<AppliedPolicy> policy,
      Optional<Instant> repositoryCreatedAt,
      Optional<String> pushedBy,
      Optional<String> changedBy)
      implements PackageRecord<VersionRecord> {
    public VersionRecord {
      icon = icon == null ? Optional.empty() : icon;
      readme = readme == null ? Optional.empty() : readme;
      license = license == null ? Optional.empty() : license;
      pushSession = pushSession == null ? Optional.empty() : pushSession;
      signed = signed == null ? Optional.empty() : signed;
      refusal = refusal == null ? Optional.empty() : refusal;
      policy = policy == null ? Optional.empty() : policy;
      repositoryCreatedAt = repositoryCreatedAt == null ? Optional.empty() : repositoryCreatedAt;
      pushedBy = pushedBy == null ? Optional.empty() : pushedBy;
      changedBy = changedBy == null ? Optional.empty() : changedBy;
    }

    /** One that does not say which repository it was let into. */
    public VersionRecord(
        long generation,
        RepositoryName repository,
        Identity identity,
        String id,
        String version,
        Upload upload,
        String contentHash,
        Bytes nuspec,
        Optional<String> icon,
        Optional<String> readme,
        Optional<String> license,
        Instant acceptedAt,
        Optional<String> pushSession,
        boolean listed,
        State state,
        Optional<SignedPackage> signed,
        Optional<RefusalNote> refusal,
        Optional<AppliedPolicy> policy) {
      this(
          generation,
          repository,
          identity,
          id,
          version,
          upload,
          contentHash,
          nuspec,
          icon,
          readme,
          license,
          acceptedAt,
          pushSession,
          listed,
          state,
          signed,
          refusal,
          policy,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    @Override
    public VersionRecord into(RepositoryRecord into) {
      return with(
          generation, standing(), new Doing(Optional.of(into.createdAt()), pushedBy, changedBy));
    }

    @Override
    public VersionRecord pushedBy(String subject) {
      return with(
          generation, standing(), new Doing(repositoryCreatedAt, Optional.of(subject), changedBy));
    }

    @Override
    public String packageName() {
      return identity.toString();
    }

    @Override
    public String digest() {
      return upload.digest();
    }

    @Override
    public Stream<Part> parts() {
      return Stream.concat(
          upload.parts().stream(), signed.stream().flatMap(s -> s.file().storedTail().stream()));
    }

    @Override
    public Optional<InForce> inForce() {
      return signed.map(
          s ->
              new InForce(
                  s.signature().keyVersion(),
                  s.signature().certificate(),
                  s.signature().signedAt(),
                  List.of(s.file().etag())));
    }

    public VersionRecord signed(SignedPackage signed) {
      return with(
          generation + 1,
          new Standing(listed, State.AVAILABLE, Optional.of(signed), Optional.empty()),
          doing());
    }

    @Override
    public VersionRecord refused(RefusalNote note) {
      return with(
          generation + 1, new Standing(listed, State.REFUSED, signed, Optional.of(note)), doing());
    }

    /**
     * @param by who hides it or shows it again
     */
    public VersionRecord listed(boolean listed, String by) {
      return with(
          generation + 1,
          new Standing(listed, state, signed, refusal),
          new Doing(repositoryCreatedAt, pushedBy, Optional.of(by)));
    }

    /**
     * Only that it once was; the content is the sweeper's.
     *
     * @param by who deletes it
     */
    public VersionRecord deleted(String by) {
      return new VersionRecord(
          generation + 1,
          repository,
          identity,
          id,
          version,
          new Upload(List.of(), 0, upload.sha256()),
          contentHash,
          Bytes.of(new byte[0]),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          acceptedAt,
          Optional.empty(),
          false,
          State.DELETED,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          repositoryCreatedAt,
          pushedBy,
          Optional.of(by));
    }

    /** Whoever has it trusts its identity, whoever the repository's name is given to. */
    @Override
    public boolean isGivenAway() {
      return signed.isPresent() || state == State.DELETED;
    }

    /** The same identity pushed again after a refusal: a later generation, never the same bytes. */
    public VersionRecord following(VersionRecord refused) {
      return with(refused.generation + 1, standing(), doing());
    }

    /** What changes with the package's life. */
    private record Standing(
        boolean listed,
        State state,
        Optional<SignedPackage> signed,
        Optional<RefusalNote> refusal) {}

    /** Who let it in, and whose doing it is. */
    private record Doing(
        Optional<Instant> repositoryCreatedAt,
        Optional<String> pushedBy,
        Optional<String> changedBy) {}

    private Doing doing() {
      return new Doing(repositoryCreatedAt, pushedBy, changedBy);
    }

    private Standing standing() {
      return new Standing(listed, state, signed, refusal);
    }

    private VersionRecord with(long generation, Standing standing, Doing doing) {
      return new VersionRecord(
          generation,
          repository,
          identity,
          id,
          version,
          upload,
          contentHash,
          nuspec,
          icon,
          readme,
          license,
          acceptedAt,
          pushSession,
          standing.listed(),
          standing.state(),
          standing.signed(),
          standing.refusal(),
          policy,
          doing.repositoryCreatedAt(),
          doing.pushedBy(),
          doing.changedBy());
    }
  }
}
