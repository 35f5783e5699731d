package dev.countermark.format.swift;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Piece;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The records of the Swift path. Each is one JSON object that only ever changes by an atomic
 * compare-and-set; {@code generation} grows by one with each change, so that a record never returns
 * to earlier bytes (an ETag is a content hash).
 */
public final class SwiftRecords {
  private SwiftRecords() {}

  /** What becomes of the archive when its manifests are signed (swift reference, section 6). */
  public enum ArchiveMode {
    /** The archive's root manifests are replaced by the signed ones. */
    @JsonProperty("embed")
    EMBED,
    /** The archive stays as it was pushed; signed manifests lie beside it. */
    @JsonProperty("overlay")
    OVERLAY
  }

  /** What is done with releases that come with their author's signature. */
  public enum AuthorPolicy {
    /** Handed out as they are; consumers need the author's root. */
    @JsonProperty("keep-author")
    KEEP_AUTHOR,
    /** Signed by the repository over the untouched archive; the author's signature is evidence. */
    @JsonProperty("replace")
    REPLACE,
    /** Like {@link #KEEP_AUTHOR}, and nothing unsigned is taken. */
    @JsonProperty("require")
    REQUIRE
  }

  /**
   * @param anonymousRead whether anybody may resolve; default false
   * @param archives for releases without an author's signature; default {@code embed}
   * @param authors default {@code keep-author}
   * @param authorRoots DER certificates that vouch for authors; without any no author's signature
   *     can be kept
   */
  public record SwiftSettings(
      boolean anonymousRead, ArchiveMode archives, AuthorPolicy authors, List<Bytes> authorRoots) {
    public SwiftSettings {
      archives = archives == null ? ArchiveMode.EMBED : archives;
      authors = authors == null ? AuthorPolicy.KEEP_AUTHOR : authors;
      authorRoots = authorRoots == null ? List.of() : List.copyOf(authorRoots);
    }

    public static SwiftSettings defaults() {
      return new SwiftSettings(false, null, null, null);
    }
  }

  /**
   * The part of the settings by which a release was taken and is signed, whatever they become
   * meanwhile.
   *
   * @param authorRoots those that vouched for the author, DER; none where nobody had to
   */
  public record AppliedPolicy(ArchiveMode archives, AuthorPolicy authors, List<Bytes> authorRoots) {
    public AppliedPolicy {
      authorRoots = authorRoots == null ? List.of() : List.copyOf(authorRoots);
    }

    /** Settings with this part in place of theirs. */
    public SwiftSettings over(SwiftSettings settings) {
      return new SwiftSettings(settings.anonymousRead(), archives, authors, authorRoots);
    }
  }

  /**
   * What tells one release from another: the case of scope and name does not.
   *
   * @param scope lower case
   * @param name lower case
   * @param version Semantic Versioning 2.0.0, literally
   */
  public record Identity(String scope, String name, String version) {
    private static final Pattern SCOPE = Pattern.compile("(?=.{1,39}$)[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern NAME = Pattern.compile("(?=.{1,100}$)[a-z0-9]+([-_][a-z0-9]+)*");
    private static final Pattern VERSION =
        Pattern.compile(
            "(?=.{1,128}$)\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?"
                + "(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?");

    /**
     * @throws IllegalArgumentException when a part cannot be one; all become parts of object keys
     */
    public Identity {
      if (!SCOPE.matcher(scope).matches()
          || !NAME.matcher(name).matches()
          || !VERSION.matcher(version).matches()) {
        throw new IllegalArgumentException("not a lower-case scope, name and version");
      }
    }

    /** Reads {@link #toString}; empty when the text is anything else. */
    public static Optional<Identity> parse(String text) {
      int slash = text == null ? -1 : text.indexOf('/');
      int dot = text == null ? -1 : text.indexOf('.');
      return dot < 0 || slash < dot
          ? Optional.empty()
          : lower(text.substring(0, dot), text.substring(dot + 1, slash), text.substring(slash + 1))
              .filter(i -> i.toString().equals(text));
    }

    /** Of parts as people write them; empty when a part cannot be one. */
    public static Optional<Identity> lower(String scope, String name, String version) {
      try {
        return Optional.of(
            new Identity(scope.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT), version));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    /** {@code scope.name}. */
    public String id() {
      return scope + "." + name;
    }

    /** {@code scope.name/version}. */
    @Override
    public String toString() {
      return id() + "/" + version;
    }
  }

  /**
   * The author's signatures as they were pushed; the manifests' are in the archive.
   *
   * @param archive CMS over the archive, DER
   * @param metadata CMS over {@link ReleaseRecord#metadata}, DER
   * @param signer common name of the certificate, for people
   * @param certificate SHA-256 of the signer's certificate, lower-case hexadecimal
   */
  public record AuthorSignature(
      Bytes archive, Optional<Bytes> metadata, String signer, String certificate) {
    public AuthorSignature {
      metadata = metadata == null ? Optional.empty() : metadata;
    }
  }

  /** Whose signature it is. */
  public enum SignedBy {
    @JsonProperty("repository")
    REPOSITORY,
    @JsonProperty("author")
    AUTHOR
  }

  /**
   * Who made one signature.
   *
   * @param keyVersion version of the repository's key; 0 for the author
   * @param certificate SHA-256 of the signer's certificate, lower-case hexadecimal
   * @param notAfter end of that certificate's validity
   * @param signedAt when it was made; for the author when it was pushed
   */
  public record Signer(
      SignedBy by, int keyVersion, String certificate, Instant notAfter, Instant signedAt) {}

  /**
   * A manifest as it is handed out.
   *
   * @param file {@code Package.swift} or {@code Package@swift-….swift}
   * @param toolsVersion as its first line says it
   * @param content with its signature line
   */
  public record SignedManifest(String file, String toolsVersion, Bytes content, Signer signer) {}

  /**
   * A release as it is handed out: one compare-and-set changes all of it.
   *
   * @param mode what became of the archive
   * @param archive its pieces, in order
   * @param size of the archive, bytes
   * @param sha256 of the archive, lower-case hexadecimal: the checksum that clients remember
   * @param manifests {@code Package.swift} first, the others by file name
   * @param signature CMS over the archive, DER
   * @param signer who made it
   * @param warnings what some clients will make of it, for people; none in records of earlier
   *     releases
   */
  public record SignedRelease(
      ArchiveMode mode,
      List<Piece> archive,
      long size,
      String sha256,
      List<SignedManifest> manifests,
      Bytes signature,
      Signer signer,
      List<String> warnings) {
    public SignedRelease {
      archive = List.copyOf(archive);
      manifests = List.copyOf(manifests);
      warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }

    /** One of which there is nothing to say. */
    public SignedRelease(
        ArchiveMode mode,
        List<Piece> archive,
        long size,
        String sha256,
        List<SignedManifest> manifests,
        Bytes signature,
        Signer signer) {
      this(mode, archive, size, sha256, manifests, signature, signer, List.of());
    }

    public SignedRelease warned(List<String> warnings) {
      return new SignedRelease(mode, archive, size, sha256, manifests, signature, signer, warnings);
    }
  }

  /**
   * One release of a package.
   *
   * @param scope as the publisher wrote it
   * @param name as the publisher wrote it
   * @param upload the archive as it was pushed
   * @param metadata {@code package-metadata.json}, verbatim
   * @param author the author's signatures, if it came with some
   * @param acceptedAt when it was pushed
   * @param submission random; whoever pushed it asks by it how things stand
   * @param signed absent until signed
   * @param policy absent in records of earlier releases: then the settings say it
   * @param repositoryCreatedAt absent in records of earlier releases
   * @param pushedBy absent in records of earlier releases
   * @param changedBy who withdrew it, if anybody did
   */
  public record ReleaseRecord(
      long generation,
      RepositoryName repository,
      Identity identity,
      String scope,
      String name,
      Upload upload,
      Optional<Bytes> metadata,
      Optional<AuthorSignature> author,
      Instant acceptedAt,
      String submission,
      State state,
      Optional<SignedRelease> signed,
      Optional<RefusalNote> refusal,
      Optional<AppliedPolicy> policy,
      Optional<Instant> repositoryCreatedAt,
      Optional<String> pushedBy,
      Optional<String> changedBy)
      implements PackageRecord<ReleaseRecord> {
    public ReleaseRecord {
      metadata = metadata == null ? Optional.empty() : metadata;
      author = author == null ? Optional.empty() : author;
      signed = signed == null ? Optional.empty() : signed;
      refusal = refusal == null ? Optional.empty() : refusal;
      policy = policy == null ? Optional.empty() : policy;
      repositoryCreatedAt = repositoryCreatedAt == null ? Optional.empty() : repositoryCreatedAt;
      pushedBy = pushedBy == null ? Optional.empty() : pushedBy;
      changedBy = changedBy == null ? Optional.empty() : changedBy;
    }

    /** One that does not say which repository it was let into. */
    public ReleaseRecord(
        long generation,
        RepositoryName repository,
        Identity identity,
        String scope,
        String name,
        Upload upload,
        Optional<Bytes> metadata,
        Optional<AuthorSignature> author,
        Instant acceptedAt,
        String submission,
        State state,
        Optional<SignedRelease> signed,
        Optional<RefusalNote> refusal,
        Optional<AppliedPolicy> policy) {
      this(
          generation,
          repository,
          identity,
          scope,
          name,
          upload,
          metadata,
          author,
          acceptedAt,
          submission,
          state,
          signed,
          refusal,
          policy,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    @Override
    public ReleaseRecord into(RepositoryRecord into) {
      return with(Optional.of(into.createdAt()), pushedBy);
    }

    @Override
    public ReleaseRecord pushedBy(String subject) {
      return with(repositoryCreatedAt, Optional.of(subject));
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
          upload.parts().stream(),
          signed.stream().flatMap(s -> s.archive().stream()).flatMap(p -> p.stored().stream()));
    }

    @Override
    public Optional<InForce> inForce() {
      return signed.map(
          s ->
              new InForce(
                  s.signer().keyVersion(),
                  s.signer().certificate(),
                  s.signer().signedAt(),
                  List.of("sha256:" + s.sha256(), "sha256:" + sha256(s.signature()))));
    }

    private static String sha256(Bytes bytes) {
      try {
        return HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toArray()));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    public ReleaseRecord signed(SignedRelease signed) {
      return with(generation + 1, State.AVAILABLE, Optional.of(signed), Optional.empty());
    }

    @Override
    public ReleaseRecord refused(RefusalNote note) {
      return with(generation + 1, State.REFUSED, signed, Optional.of(note));
    }

    /**
     * Only that it once was; the content is the sweeper's.
     *
     * @param by who withdraws it
     */
    public ReleaseRecord deleted(String by) {
      return new ReleaseRecord(
          generation + 1,
          repository,
          identity,
          scope,
          name,
          new Upload(List.of(), 0, upload.sha256()),
          Optional.empty(),
          Optional.empty(),
          acceptedAt,
          submission,
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
    public ReleaseRecord following(ReleaseRecord refused) {
      return with(refused.generation + 1, state, signed, refusal);
    }

    private ReleaseRecord with(
        long generation,
        State state,
        Optional<SignedRelease> signed,
        Optional<RefusalNote> refusal) {
      return new ReleaseRecord(
          generation,
          repository,
          identity,
          scope,
          name,
          upload,
          metadata,
          author,
          acceptedAt,
          submission,
          state,
          signed,
          refusal,
          policy,
          repositoryCreatedAt,
          pushedBy,
          changedBy);
    }

    private ReleaseRecord with(Optional<Instant> repositoryCreatedAt, Optional<String> pushedBy) {
      return new ReleaseRecord(
          generation,
          repository,
          identity,
          scope,
          name,
          upload,
          metadata,
          author,
          acceptedAt,
          submission,
          state,
          signed,
          refusal,
          policy,
          repositoryCreatedAt,
          pushedBy,
          changedBy);
    }
  }
}
