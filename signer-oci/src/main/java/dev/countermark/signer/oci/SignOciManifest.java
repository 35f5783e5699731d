package dev.countermark.signer.oci;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import dev.countermark.format.oci.SigningScope;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.RepositorySettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.FormatSigner;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Exempt;
import dev.countermark.signing.SigningOutcome.Exempt.Why;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings the signatures of one manifest up to date: reads its record, believes nothing but what it
 * finds there, has the missing signatures made in one call, verifies them all and stores them in
 * the same record with one compare-and-set. A second run changes no byte.
 *
 * <p>The manifests of an index come first, so that an index is never available before they are.
 */
final class SignOciManifest implements FormatSigner<PackageRequest, SignedArtifact> {
  /**
   * @param indexDepth indexes within indexes, the outermost counted
   * @param indexManifests manifests of one request, the requested one counted
   */
  record Limits(int indexDepth, int indexManifests) {}

  private static final int STRIPES = 512;

  private final Records records;
  private final RepositorySettings repositories;
  private final ManifestSigner signatures;
  private final Limits limits;
  private final Clock clock;
  private final Lock[] stripes = new Lock[STRIPES];

  SignOciManifest(
      Records records,
      RepositorySettings repositories,
      ManifestSigner signatures,
      Limits limits,
      Clock clock) {
    this.records = records;
    this.repositories = repositories;
    this.signatures = signatures;
    this.limits = limits;
    this.clock = clock;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  @Override
  public SigningOutcome<SignedArtifact> sign(PackageRequest request) {
    return repositories
        .of(request.repository(), request.lane())
        .map(r -> new Visit(request, r.settings(new OciFormat())).outcome())
        .orElseGet(() -> new Exempt<>(Why.GONE));
  }

  /** One request: the manifest and, when it is an index, everything below it. */
  private final class Visit {
    private final PackageRequest request;
    private final OciSettings settings;
    private final Set<String> seen = new HashSet<>();
    private final List<SignedArtifact> contained = new ArrayList<>();

    Visit(PackageRequest request, OciSettings settings) {
      this.request = request;
      this.settings = settings;
    }

    SigningOutcome<SignedArtifact> outcome() {
      SigningOutcome<SignedArtifact> own;
      try {
        own = visit(request.digest(), 1);
      } catch (TooLargeException e) {
        own = update(new Look(request.digest(), e));
      }
      if (own instanceof Signed<SignedArtifact> signed) {
        return new Signed<>(signed.result(), contained);
      }
      return own instanceof AlreadySigned<SignedArtifact> already
          ? new AlreadySigned<>(already.result(), contained)
          : own;
    }

    private SigningOutcome<SignedArtifact> visit(String digest, int depth)
        throws TooLargeException {
      if (seen.add(digest) && seen.size() > limits.indexManifests()) {
        throw new TooLargeException("more than " + limits.indexManifests() + " manifests");
      }
      Look first = new Look(digest, null);
      SigningOutcome<SignedArtifact> outcome = update(first);
      if (first.children == null) {
        return outcome;
      }
      if (depth > limits.indexDepth()) {
        throw new TooLargeException("more than " + limits.indexDepth() + " indexes in each other");
      }
      for (String child : first.children) {
        if (!seen.contains(child)
            && visit(child, depth + 1) instanceof Signed<SignedArtifact> signed) {
          contained.add(signed.result());
        }
      }
      Look second = new Look(digest, null);
      second.childrenDone = true;
      return update(second);
    }

    private SigningOutcome<SignedArtifact> update(Look look) {
      String key = OciKeys.manifest(request.name(), look.digest);
      // An image's own event often comes while its index is looked at: the second one would make
      // the same signatures and lose the race.
      Lock lock = stripes[Math.floorMod(key.hashCode(), STRIPES)];
      lock.lock();
      try {
        records.update(key, ManifestRecord.class, look::decide);
      } finally {
        lock.unlock();
      }
      return look.outcome;
    }

    /** One look at one record, repeated when somebody else changed it meanwhile. */
    private final class Look {
      private final String digest;
      private final TooLargeException tooLarge;
      private boolean childrenDone;

      /** What an index lists, when that must be signed first. */
      private List<String> children;

      private SigningOutcome<SignedArtifact> outcome;

      Look(String digest, TooLargeException tooLarge) {
        this.digest = digest;
        this.tooLarge = tooLarge;
      }

      Optional<ManifestRecord> decide(Optional<ManifestRecord> found) {
        children = null;
        if (found.isEmpty()) {
          outcome = new Exempt<>(Why.GONE);
          return found;
        }
        ManifestRecord record = found.get();
        if (!record.name().equals(request.name())
            || !record.digest().equals(digest)
            || !record.repository().equals(request.repository())) {
          throw new IllegalStateException(
              "the record of " + request.name() + "@" + digest + " is that of something else");
        }
        if (record.state() == State.EXEMPT) {
          outcome = new Exempt<>(Why.NEVER_SIGNED);
          return found;
        }
        if (record.state() == State.REFUSED && request.lane() == Lane.UPLOAD) {
          RefusalNote note = record.refusal().orElseThrow();
          outcome = new Refused<>(note.code(), note.detail());
          return found;
        }
        try {
          return Optional.of(decide(record));
        } catch (Failure.Permanent e) {
          outcome = new Refused<>(e.code(), e.getMessage());
          return Optional.of(refused(record, e));
        }
      }

      private ManifestRecord decide(ManifestRecord record) {
        if (tooLarge != null) {
          throw new Failure.Permanent(Refusal.TOO_LARGE, tooLarge.getMessage());
        }
        byte[] content = record.content().toArray();
        if (!Digest.of(digest).matches(content)) {
          throw new Failure.Permanent(
              Refusal.DIGEST_MISMATCH, "the stored bytes do not have the digest " + digest);
        }
        Manifest manifest = parse(content, record.mediaType());
        if (SigningScope.exemption(manifest).isPresent()) {
          outcome = new Exempt<>(Why.NEVER_SIGNED);
          return record.exempt();
        }
        if (manifest.isIndex() && !childrenDone) {
          children =
              manifest.children().stream()
                  .filter(c -> !SigningScope.isAttestationChild(c))
                  .map(c -> c.digest().toString())
                  .toList();
          return record;
        }
        Descriptor subject =
            new Descriptor(
                manifest.mediaType(),
                Digest.of(digest),
                content.length,
                Optional.empty(),
                Map.of());
        Signatures wanted = signatures.upToDate(record, subject, settings, request.lane());
        ManifestRecord after =
            record.state() == State.AVAILABLE
                    && record.signatures().filter(wanted::equals).isPresent()
                ? record
                : record.signed(wanted);
        SignedArtifact result = signedArtifact(after);
        outcome =
            after == record
                ? new AlreadySigned<>(result, List.of())
                : new Signed<>(result, List.of());
        return after;
      }
    }
  }

  private static Manifest parse(byte[] content, String mediaType) {
    try {
      return Manifest.parse(content, mediaType);
    } catch (InvalidManifestException e) {
      Refusal code =
          e.rule() == InvalidManifestException.Rule.TOO_LARGE
              ? Refusal.TOO_LARGE
              : Refusal.MALFORMED_PACKAGE;
      throw new Failure.Permanent(code, e.getMessage(), e);
    }
  }

  /** What is available stays so; the refusal is told all the same. */
  private ManifestRecord refused(ManifestRecord record, Failure.Permanent failure) {
    boolean known =
        record
            .refusal()
            .filter(n -> n.code() == failure.code() && n.detail().equals(failure.getMessage()))
            .isPresent();
    return known || record.state() == State.AVAILABLE
        ? record
        : record.refused(new RefusalNote(failure.code(), failure.getMessage(), clock.instant()));
  }

  /** By the newest key. */
  private static SignedArtifact signedArtifact(ManifestRecord record) {
    Signatures all = record.signatures().orElseThrow();
    SignedBy newest = all.by().get(all.by().size() - 1);
    List<String> artifacts = new ArrayList<>();
    all.signatureManifest().ifPresent(artifacts::add);
    artifacts.addAll(all.bundleManifests());
    return new SignedArtifact(
        record.repository(),
        record.name(),
        record.digest(),
        newest.keyVersion(),
        newest.fingerprint(),
        record.pushedAt(),
        newest.signedAt(),
        artifacts);
  }

  private static final class TooLargeException extends Exception {
    TooLargeException(String message) {
      super(message);
    }
  }
}
