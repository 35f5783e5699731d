package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.Visibility;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.gateway.auth.RepositoryTokens;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.TokenRecord;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The bodies that the API answers with. Apart from {@link CreatedToken}, none holds a secret. */
final class Answers {
  private Answers() {}

  @Schema(name = "Repository")
  record Repository(String repository, Instant createdAt, Oci oci, Nuget nuget, Swift swift) {
    static Repository of(RepositoryRecord record) {
      return new Repository(
          record.repository().toString(),
          record.createdAt(),
          Oci.of(record.settings(new OciFormat())),
          Nuget.of(record.settings(new NugetFormat())),
          Swift.of(record.settings(new SwiftFormat())));
    }
  }

  @Schema(name = "Oci")
  record Oci(
      Visibility visibility,
      boolean anonymousPull,
      Set<SignatureFormat> signatureFormats,
      boolean signTags,
      boolean hideSignatureTags) {
    static Oci of(OciSettings settings) {
      return new Oci(
          settings.visibility(),
          settings.anonymousPull(),
          settings.signatureFormats(),
          settings.signTags(),
          settings.hideSignatureTags());
    }
  }

  @Schema(name = "Nuget")
  record Nuget(
      boolean anonymousRead,
      SignaturePolicy signatures,
      TimestampPolicy timestamps,
      boolean announceAllSigned,
      boolean deletePackages) {
    static Nuget of(NugetSettings settings) {
      return new Nuget(
          settings.anonymousRead(),
          settings.signatures(),
          settings.timestamps(),
          settings.announceAllSigned(),
          settings.deletePackages());
    }
  }

  /**
   * @param authorRoots PEM
   */
  @Schema(name = "Swift")
  record Swift(
      boolean anonymousRead, ArchiveMode archives, AuthorPolicy authors, List<String> authorRoots) {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    static Swift of(SwiftSettings settings) {
      return new Swift(
          settings.anonymousRead(),
          settings.archives(),
          settings.authors(),
          settings.authorRoots().stream().map(Swift::pem).toList());
    }

    private static String pem(Bytes der) {
      return "-----BEGIN CERTIFICATE-----\n"
          + LINES.encodeToString(der.toArray())
          + "\n-----END CERTIFICATE-----\n";
    }
  }

  /**
   * @param next the {@code last} parameter of the next page; absent on the last one
   */
  @Schema(name = "Repositories")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Repositories(List<Repository> repositories, String next) {}

  /** Of a token everything but what makes it one: neither the secret nor its hash. */
  @Schema(name = "Token")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Token(
      String id,
      Set<Scope> scopes,
      String description,
      Instant createdAt,
      Instant expires,
      Instant revokedAt) {
    static Token of(TokenRecord record) {
      return new Token(
          record.id(),
          record.scopes(),
          record.description().orElse(null),
          record.createdAt(),
          record.expiresAt().orElse(null),
          record.revokedAt().orElse(null));
    }
  }

  /**
   * @param token the whole token: shown here and never again
   */
  @Schema(name = "CreatedToken")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record CreatedToken(
      String id, String token, Set<Scope> scopes, Instant createdAt, Instant expires) {
    static CreatedToken of(RepositoryTokens.Created created) {
      return new CreatedToken(
          created.record().id(),
          created.text(),
          created.record().scopes(),
          created.record().createdAt(),
          created.record().expiresAt().orElse(null));
    }

    @Override
    public String toString() {
      return "token " + id;
    }
  }

  /**
   * @param next the {@code last} parameter of the next page; absent on the last one
   */
  @Schema(name = "Tokens")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Tokens(List<Token> tokens, String next) {}

  /**
   * @param campaign id that the outcomes of this resync carry
   * @param manifests how many manifests of images were queued
   * @param packages how many versions of NuGet packages were queued
   * @param releases how many releases of Swift packages were queued
   * @param mode how far the signers go
   * @param broken releases that clients who have them already will refuse; the first hundred
   * @param remedy what these clients must do; absent when nothing breaks
   */
  @Schema(name = "Resync")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Resync(
      String campaign,
      long manifests,
      long packages,
      long releases,
      ResyncMode mode,
      List<String> broken,
      String remedy) {}
}
