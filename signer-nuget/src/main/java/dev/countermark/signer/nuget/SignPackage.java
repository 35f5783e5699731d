package dev.countermark.signer.nuget;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import dev.countermark.format.nuget.verify.Fingerprint;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.RepositorySettings;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signer.service.SignerIdentity;
import dev.countermark.signing.FormatSigner;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Exempt;
import dev.countermark.signing.SigningOutcome.Exempt.Why;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Brings the signature of one package up to date: reads its record, believes nothing but what it
 * finds there, and stores the signature in the same record with one compare-and-set. A second run
 * changes no byte.
 */
final class SignPackage implements FormatSigner<PackageRequest, SignedArtifact> {
  private final Records records;
  private final RepositorySettings repositories;
  private final PackageSigning signing;
  private final KeyClient keys;
  private final Clock clock;

  SignPackage(
      Records records,
      RepositorySettings repositories,
      PackageSigning signing,
      KeyClient keys,
      Clock clock) {
    this.records = records;
    this.repositories = repositories;
    this.signing = signing;
    this.keys = keys;
    this.clock = clock;
  }

  @Override
  public SigningOutcome<SignedArtifact> sign(PackageRequest request) {
    Optional<RepositoryRecord> repository = repositories.of(request.repository(), request.lane());
    if (repository.isEmpty()) {
      return new Exempt<>(Why.GONE);
    }
    Identity identity = Identity.parse(request.name()).orElseThrow();
    Look look = new Look(request, SigningSettings.of(repository.get().settings(new NugetFormat())));
    records.update(
        NugetKeys.version(request.repository(), identity),
        VersionRecord.class,
        found -> look.decide(identity, found));
    return look.outcome;
  }

  /** One look at the record, repeated when somebody else changed it meanwhile. */
  private final class Look {
    private final PackageRequest request;
    private final SigningSettings settings;
    private SigningOutcome<SignedArtifact> outcome;

    Look(PackageRequest request, SigningSettings settings) {
      this.request = request;
      this.settings = settings;
    }

    Optional<VersionRecord> decide(Identity identity, Optional<VersionRecord> found) {
      if (found.isEmpty() || found.get().state() == State.DELETED) {
        outcome = new Exempt<>(Why.GONE);
        return found;
      }
      VersionRecord record = found.get();
      if (!record.repository().equals(request.repository())
          || !record.identity().equals(identity)) {
        throw new IllegalStateException(
            "the record of " + request.purl() + " is that of something else");
      }
      if (record.state() == State.REFUSED && request.lane() == Lane.UPLOAD) {
        RefusalNote note = record.refusal().orElseThrow();
        outcome = new Refused<>(note.code(), note.detail());
        return found;
      }
      if (isUpToDate(record)) {
        outcome = new AlreadySigned<>(artifact(record), List.of());
        return found;
      }
      try {
        SigningSettings wanted =
            record.state() == State.AVAILABLE ? settings.forAvailable() : settings;
        VersionRecord signed = record.signed(signing.sign(record, wanted, signingTime(record)));
        outcome = new Signed<>(artifact(signed), List.of());
        return Optional.of(signed);
      } catch (Failure.Permanent e) {
        outcome = new Refused<>(e.code(), e.getMessage());
        return Optional.of(refused(record, e));
      }
    }

    /** The first signature says when the package came; a later one when it was asked for. */
    private Instant signingTime(VersionRecord record) {
      return record.state() == State.AVAILABLE ? request.since() : record.acceptedAt();
    }

    /** An upload's event never signs anew what is signed: that is what resyncs are for. */
    private boolean isUpToDate(VersionRecord record) {
      if (record.state() != State.AVAILABLE || record.signed().isEmpty()) {
        return false;
      }
      if (request.lane() == Lane.UPLOAD) {
        return true;
      }
      RepositorySignature signature = record.signed().map(SignedPackage::signature).orElseThrow();
      if (signature.kind() == SignatureKind.FOREIGN) {
        return settings.policy() == SignaturePolicy.KEEP_VALID_FOREIGN;
      }
      RepositoryClaim claim = signing.claim(record);
      SignerIdentity current =
          SignerIdentity.of(keys.current(record.repository(), new Purpose("nuget")));
      return signature.certificate().equals(Fingerprint.of(current.certificate()))
          && signature.serviceIndex().equals(claim.serviceIndex().toString())
          && signature.owners().equals(claim.owners())
          && (signature.timestamped() || settings.timestamps() != TimestampPolicy.REQUIRED);
    }
  }

  /** What is available stays so; the refusal is told all the same. */
  private VersionRecord refused(VersionRecord record, Failure.Permanent failure) {
    boolean known =
        record
            .refusal()
            .filter(n -> n.code() == failure.code() && n.detail().equals(failure.getMessage()))
            .isPresent();
    return known || record.state() == State.AVAILABLE
        ? record
        : record.refused(new RefusalNote(failure.code(), failure.getMessage(), clock.instant()));
  }

  private static SignedArtifact artifact(VersionRecord record) {
    SignedPackage signed = record.signed().orElseThrow();
    return new SignedArtifact(
        record.repository(),
        record.identity().toString(),
        "sha256:" + record.upload().sha256(),
        signed.signature().keyVersion(),
        signed.signature().certificate(),
        record.acceptedAt(),
        signed.signature().signedAt(),
        List.of(signed.file().etag()));
  }
}
