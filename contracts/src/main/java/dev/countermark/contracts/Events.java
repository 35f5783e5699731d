package dev.countermark.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The data of every event, and its type name. Schema files: {@code /schemas/<event>.json}. */
public final class Events {
  private Events() {}

  /**
   * A package was stored, or its signatures need a look because a tag or a foreign signature moved.
   *
   * @param repository {@code owner/name}
   * @param name of the package within the repository, as its format writes it
   * @param digest {@code algorithm:hex} of the manifest, or of the uploaded file
   * @param mediaType of the manifest, or of the uploaded file
   * @param acceptedAt when the upload was accepted
   * @param pushedBy who pushed it, where that is known; absent otherwise
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record PackageUploaded(
      RepositoryName repository,
      String name,
      String digest,
      String mediaType,
      Instant acceptedAt,
      Optional<String> pushedBy) {
    public static final String TYPE = "dev.countermark.package.uploaded.v1";

    public PackageUploaded {
      pushedBy = pushedBy == null ? Optional.empty() : pushedBy;
    }

    /** By nobody knows whom. */
    public PackageUploaded(
        RepositoryName repository,
        String name,
        String digest,
        String mediaType,
        Instant acceptedAt) {
      this(repository, name, digest, mediaType, acceptedAt, Optional.empty());
    }
  }

  /**
   * Bring the signatures of many packages up to date. Written by operators, by any producer.
   *
   * @param campaign what tells it from all others, ever: {@code [A-Za-z0-9][A-Za-z0-9._-]{0,99}};
   *     the same again starts nothing
   * @param owner absent for all owners, or where the repository names its own
   * @param repository {@code owner/name}, or only the name beside an owner; absent for all of them
   * @param formats labels; absent for all
   * @param filter absent for everything
   * @param mode absent for {@link ResyncMode#ENSURE}
   * @param reason for people
   * @param rate most packages per second; absent for as many as uploads leave
   * @param dryRun whether nothing is signed, only told what would be
   * @param confirm whether it goes on although it breaks clients
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record ResyncRequested(
      String campaign,
      Optional<String> owner,
      Optional<String> repository,
      Optional<Set<String>> formats,
      Optional<ResyncFilter> filter,
      ResyncMode mode,
      Optional<String> reason,
      Optional<Integer> rate,
      boolean dryRun,
      boolean confirm) {
    public static final String TYPE = "dev.countermark.resync.requested.v1";

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** Whether it can be the id of a campaign, and part of a key. */
    public static boolean isId(String campaign) {
      return campaign != null && ID.matcher(campaign).matches();
    }

    public ResyncRequested {
      owner = owner == null ? Optional.empty() : owner;
      repository = repository == null ? Optional.empty() : repository;
      formats = formats == null ? Optional.empty() : formats.map(Set::copyOf);
      filter = filter == null ? Optional.empty() : filter;
      mode = mode == null ? ResyncMode.ENSURE : mode;
      reason = reason == null ? Optional.empty() : reason;
      rate = rate == null ? Optional.empty() : rate;
    }
  }

  /**
   * Which packages of those named a resync is about; what is absent bounds nothing.
   *
   * @param purlPrefix how their package URLs begin
   * @param keyVersion the version of their repository's key that signed them
   * @param lacks a form of signature that they do not have, {@link Format#signatureForms}
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record ResyncFilter(
      Optional<String> purlPrefix,
      Optional<Instant> pushedAfter,
      Optional<Instant> pushedBefore,
      Optional<Integer> keyVersion,
      Optional<String> lacks) {
    public ResyncFilter {
      purlPrefix = purlPrefix == null ? Optional.empty() : purlPrefix;
      pushedAfter = pushedAfter == null ? Optional.empty() : pushedAfter;
      pushedBefore = pushedBefore == null ? Optional.empty() : pushedBefore;
      keyVersion = keyVersion == null ? Optional.empty() : keyVersion;
      lacks = lacks == null ? Optional.empty() : lacks;
    }
  }

  /**
   * Bring the signatures of a stored package up to date.
   *
   * @param campaign id of the request it belongs to
   * @param mode how far to go; default {@code ensure}
   * @param confirm whether somebody knows that {@link ResyncMode#RESIGN_ALL} breaks clients;
   *     without that it is not done
   */
  public record PackageResyncRequested(
      RepositoryName repository,
      String name,
      String digest,
      String campaign,
      ResyncMode mode,
      boolean confirm) {
    public static final String TYPE = "dev.countermark.package.resync-requested.v1";

    public PackageResyncRequested {
      mode = mode == null ? ResyncMode.ENSURE : mode;
    }

    public PackageResyncRequested(
        RepositoryName repository, String name, String digest, String campaign) {
      this(repository, name, digest, campaign, ResyncMode.ENSURE, false);
    }
  }

  /**
   * A package that was asked for in a resync is dealt with.
   *
   * @param result what came of it
   * @param code of a refusal or a dead letter; absent otherwise
   * @param detail for people; absent otherwise
   * @param signature {@link InForce#id} of the signature that it has now; absent without one
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record PackageResynced(
      RepositoryName repository,
      String name,
      String digest,
      String campaign,
      ResyncResult result,
      Optional<String> code,
      Optional<String> detail,
      Optional<String> signature) {
    public static final String TYPE = "dev.countermark.package.resynced.v1";

    public PackageResynced {
      code = code == null ? Optional.empty() : code;
      detail = detail == null ? Optional.empty() : detail;
      signature = signature == null ? Optional.empty() : signature;
    }
  }

  /**
   * How far a resync of many packages has come.
   *
   * @param state as in the management API
   * @param counts by result
   */
  public record ResyncProgressed(
      String campaign, String state, long planned, long done, Map<ResyncResult, Long> counts) {
    public static final String TYPE = "dev.countermark.resync.progressed.v1";
  }

  /**
   * The package's signatures are in place.
   *
   * @param keyVersion version of the repository's key that signed; 0 when the signature in force is
   *     somebody else's
   * @param fingerprint SHA-256 of the key's SPKI or of the signer's certificate, hexadecimal as the
   *     format's clients write it
   * @param artifacts digests of all signature manifests, or of the signed files; the entity tag of
   *     a signed file that is never whole
   * @param changed false when they already were in place
   */
  public record PackageSigned(
      RepositoryName repository,
      String name,
      String digest,
      int keyVersion,
      String fingerprint,
      Instant acceptedAt,
      Instant signedAt,
      List<String> artifacts,
      boolean changed) {
    public static final String TYPE = "dev.countermark.package.signed.v1";
  }

  /**
   * What readers see of a package changed without a signature: it was unlisted, listed again or
   * deleted.
   *
   * @param changedBy who did it, where that is known; absent otherwise
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record PackageListingChanged(
      RepositoryName repository,
      String name,
      String digest,
      Instant changedAt,
      Optional<String> changedBy) {
    public static final String TYPE = "dev.countermark.package.listing-changed.v1";

    public PackageListingChanged {
      changedBy = changedBy == null ? Optional.empty() : changedBy;
    }

    /** By nobody knows whom. */
    public PackageListingChanged(
        RepositoryName repository, String name, String digest, Instant changedAt) {
      this(repository, name, digest, changedAt, Optional.empty());
    }
  }

  /**
   * What is stored of the package, or of a blob of that digest, is not what was stored: it is not
   * handed out.
   *
   * @param object what is damaged, as the store names it
   * @param foundAt when that was found
   */
  public record PackageDamaged(
      RepositoryName repository, String name, String digest, String object, Instant foundAt) {
    public static final String TYPE = "dev.countermark.package.damaged.v1";
  }

  /** What was damaged is right again: by a good copy, or because somebody put it right. */
  public record PackageRepaired(
      RepositoryName repository, String name, String digest, String object, Instant repairedAt) {
    public static final String TYPE = "dev.countermark.package.repaired.v1";
  }

  /** Somebody asked whether a webhook works. */
  public record WebhookTested(RepositoryName repository, String webhook) {
    public static final String TYPE = "dev.countermark.webhook.tested.v1";
  }

  /** The package will never be signed as it is. */
  public record PackageRefused(
      RepositoryName repository, String name, String digest, Refusal code, String detail) {
    public static final String TYPE = "dev.countermark.package.refused.v1";
  }
}
