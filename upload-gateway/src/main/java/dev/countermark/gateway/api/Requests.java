package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.Visibility;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.gateway.api.Problem.Kind;
import dev.countermark.gateway.auth.Scope;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The bodies that the API takes, and the checks that JSON alone cannot make. */
final class Requests {
  private static final int MAX_PAGE = 200;
  private static final int MAX_DESCRIPTION = 200;

  private Requests() {}

  /**
   * @param repository may be repeated, as in the answer of GET; must be that of the address
   * @param createdAt may be repeated, as in the answer of GET; not looked at
   */
  @Schema(
      name = "RepositorySettings",
      description = "What is left out gets its default: PUT replaces all settings.")
  record RepositorySettings(
      @JsonProperty("repository") @Schema(description = "owner/name, as in the address")
          String repository,
      @JsonProperty("createdAt") @Schema(description = "ignored") String createdAt,
      @JsonProperty("oci") OciPart oci,
      @JsonProperty("nuget") NugetPart nuget,
      @JsonProperty("swift") SwiftPart swift) {
    /** Checked against the address that it came to. */
    Settings settings(RepositoryName address) {
      if (repository != null && !repository.equals(address.toString())) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "repository must be " + address + ", as in the address");
      }
      return new Settings(
          oci == null ? OciSettings.defaults() : oci.settings(),
          nuget == null ? NugetSettings.defaults() : nuget.settings(),
          swift == null ? SwiftSettings.defaults() : swift.settings());
    }
  }

  /** The settings of a repository, complete. */
  record Settings(OciSettings oci, NugetSettings nuget, SwiftSettings swift) {}

  @Schema(name = "NugetSettings")
  record NugetPart(
      @JsonProperty("anonymousRead")
          @Schema(description = "anybody may restore and search; default false")
          Boolean anonymousRead,
      @JsonProperty("signatures")
          @Schema(
              description =
                  "what is done with packages that come signed; default resign: authors are"
                      + " countersigned, foreign repository signatures replaced")
          SignaturePolicy signatures,
      @JsonProperty("timestamps")
          @Schema(description = "timestamps of the configured authorities; default none")
          TimestampPolicy timestamps,
      @JsonProperty("announceAllSigned")
          @Schema(
              description =
                  "tell clients that all packages are signed; they then refuse packages of a"
                      + " signer whose root they do not trust; default false")
          Boolean announceAllSigned,
      @JsonProperty("deletePackages")
          @Schema(description = "deleting removes packages instead of unlisting; default false")
          Boolean deletePackages) {
    NugetSettings settings() {
      NugetSettings settings =
          new NugetSettings(
              Boolean.TRUE.equals(anonymousRead),
              signatures,
              timestamps,
              Boolean.TRUE.equals(announceAllSigned),
              Boolean.TRUE.equals(deletePackages));
      if (settings.announceAllSigned()
          && settings.signatures() == SignaturePolicy.KEEP_VALID_FOREIGN) {
        throw new ProblemException(
            Kind.INVALID_VALUE,
            "nuget.announceAllSigned needs all packages signed by this repository: it does not go"
                + " with keep-valid-foreign");
      }
      return settings;
    }
  }

  @Schema(name = "SwiftSettings")
  record SwiftPart(
      @JsonProperty("anonymousRead") @Schema(description = "anybody may resolve; default false")
          Boolean anonymousRead,
      @JsonProperty("archives")
          @Schema(
              description =
                  "embed: signed manifests replace those in the archive; overlay: the archive stays"
                      + " as it was pushed; default embed")
          ArchiveMode archives,
      @JsonProperty("authors")
          @Schema(
              description =
                  "what is done with releases that their author signed; default keep-author;"
                      + " require takes nothing unsigned")
          AuthorPolicy authors,
      @JsonProperty("authorRoots")
          @Schema(
              description =
                  "certificates that vouch for authors, PEM; without any, no author's signature can"
                      + " be kept")
          List<String> authorRoots) {
    private static final int MAX_ROOTS = 20;

    SwiftSettings settings() {
      List<String> pem = authorRoots == null ? List.of() : authorRoots;
      if (pem.size() > MAX_ROOTS) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "swift.authorRoots has at most " + MAX_ROOTS + " certificates");
      }
      return new SwiftSettings(
          Boolean.TRUE.equals(anonymousRead),
          archives,
          authors,
          pem.stream().map(SwiftPart::root).toList());
    }

    /** Also DER in Base64, as the answer of GET has it. */
    private static Bytes root(String certificate) {
      if (certificate == null) {
        throw new ProblemException(Kind.INVALID_VALUE, "swift.authorRoots has a null");
      }
      try {
        byte[] bytes =
            certificate.contains("-----")
                ? certificate.getBytes(StandardCharsets.US_ASCII)
                : Base64.getDecoder().decode(certificate);
        return Bytes.of(
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(bytes))
                .getEncoded());
      } catch (CertificateException | IllegalArgumentException e) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "swift.authorRoots are X.509 certificates in PEM");
      }
    }
  }

  @Schema(name = "OciSettings")
  record OciPart(
      @JsonProperty("visibility")
          @Schema(description = "when an image may be pulled; default immediate")
          Visibility visibility,
      @JsonProperty("anonymousPull") @Schema(description = "anybody may pull; default false")
          Boolean anonymousPull,
      @JsonProperty("signatureFormats")
          @Schema(
              description = "legacy: the .sig tag, bundle: the v0.3 bundle referrer; default both")
          Set<SignatureFormat> signatureFormats,
      @JsonProperty("signTags")
          @Schema(description = "also sign host/name:tag identities; default false")
          Boolean signTags,
      @JsonProperty("hideSignatureTags")
          @Schema(description = "leave the platform's own .sig tags out of lists; default false")
          Boolean hideSignatureTags) {
    OciSettings settings() {
      if (signatureFormats != null
          && (signatureFormats.isEmpty() || signatureFormats.contains(null))) {
        throw new ProblemException(
            Kind.INVALID_VALUE,
            "oci.signatureFormats needs at least one of legacy, bundle; leave it out for both");
      }
      return new OciSettings(
          visibility,
          Boolean.TRUE.equals(anonymousPull),
          signatureFormats,
          Boolean.TRUE.equals(signTags),
          Boolean.TRUE.equals(hideSignatureTags));
    }
  }

  @Schema(name = "NewToken")
  record NewToken(
      @JsonProperty("scopes")
          @Schema(
              required = true,
              description =
                  "read: pull; push: pull, push and delete images; admin: also the repository's"
                      + " settings and tokens")
          Set<Scope> scopes,
      @JsonProperty("expires")
          @Schema(
              description =
                  "a time (2027-01-31T12:00:00Z) or an ISO 8601 duration from now (P90D, PT1H);"
                      + " left out: never",
              examples = {"P90D"})
          String expires,
      @JsonProperty("description") @Schema(description = "to recognise it; at most 200 characters")
          String description) {
    Set<Scope> checkedScopes() {
      if (scopes == null || scopes.isEmpty() || scopes.contains(null)) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "scopes needs at least one of read, push, admin");
      }
      return scopes;
    }

    Optional<String> checkedDescription() {
      if (description != null
          && (description.length() > MAX_DESCRIPTION
              || description.chars().anyMatch(Character::isISOControl))) {
        throw new ProblemException(
            Kind.INVALID_VALUE,
            "description may have " + MAX_DESCRIPTION + " characters and no control characters");
      }
      return Optional.ofNullable(description).filter(d -> !d.isBlank());
    }

    /** The time of expiry, checked to be in the future. */
    Optional<Instant> expiresAt(Instant now) {
      if (expires == null) {
        return Optional.empty();
      }
      Instant at;
      try {
        at =
            expires.startsWith("P")
                ? now.plus(Duration.parse(expires))
                : OffsetDateTime.parse(expires).toInstant();
      } catch (DateTimeException | ArithmeticException e) {
        throw new ProblemException(
            Kind.INVALID_VALUE,
            "expires must be a time such as 2027-01-31T12:00:00Z or a duration such as P90D");
      }
      if (!at.isAfter(now)) {
        throw new ProblemException(Kind.INVALID_VALUE, "expires must be in the future");
      }
      return Optional.of(at);
    }
  }

  /**
   * @param mode null for the default
   * @param confirm null for the default
   */
  @Schema(name = "ResyncOrder")
  record ResyncOrder(
      @JsonProperty("mode")
          @Schema(
              description =
                  "ensure: what is in order does not change; rotate-archive: archives of Swift"
                      + " releases get a new signature, no signed byte changes; resign-all: their"
                      + " manifests, too, which breaks clients that have them; default ensure")
          ResyncMode mode,
      @JsonProperty("confirm")
          @Schema(description = "true: go on although resign-all breaks clients; default false")
          Boolean confirm) {
    ResyncMode wanted() {
      return mode == null ? ResyncMode.ENSURE : mode;
    }

    boolean confirmed() {
      return Boolean.TRUE.equals(confirm);
    }
  }

  /** The repository of an address. */
  static RepositoryName repository(String owner, String name) {
    return RepositoryName.parse(owner + "/" + name)
        .orElseThrow(
            () ->
                new ProblemException(
                    Kind.INVALID_NAME,
                    "a repository is owner/name, both 1 to 63 of a-z, 0-9 and inner hyphens;"
                        + " some owners are reserved, such as v2 and api"));
  }

  /** The size of a page. */
  static int pageSize(String n) {
    if (n == null) {
      return 100;
    }
    try {
      int size = Integer.parseInt(n);
      if (size >= 1 && size <= MAX_PAGE) {
        return size;
      }
    } catch (NumberFormatException e) {
      // Answered below.
    }
    throw new ProblemException(Kind.INVALID_VALUE, "n must be a number from 1 to " + MAX_PAGE);
  }
}
