package dev.countermark.signer.swift;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
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
import java.util.List;
import java.util.Optional;

/**
 * Brings the signatures of one release up to date: reads its record, believes nothing but what it
 * finds there and in the upload, and stores all that is handed out in the same record with one
 * compare-and-set. A second run changes no byte.
 *
 * <p>What clients remember of a release (manifests and checksum) only ever changes when somebody
 * asked for {@link ResyncMode#RESIGN_ALL}.
 */
final class SignRelease implements FormatSigner<PackageRequest, SignedArtifact> {
  private final Records records;
  private final RepositorySettings repositories;
  private final ReleaseSigning signing;
  private final ReleaseUpkeep upkeep;
  private final Clock clock;

  SignRelease(
      Records records,
      RepositorySettings repositories,
      ReleaseSigning signing,
      ReleaseUpkeep upkeep,
      Clock clock) {
    this.records = records;
    this.repositories = repositories;
    this.signing = signing;
    this.upkeep = upkeep;
    this.clock = clock;
  }

  @Override
  public SigningOutcome<SignedArtifact> sign(PackageRequest request) {
    Optional<RepositoryRecord> repository = repositories.of(request.repository(), request.lane());
    if (repository.isEmpty()) {
      return new Exempt<>(Why.GONE);
    }
    Identity identity = Identity.parse(request.name()).orElseThrow();
    Look look = new Look(request, repository.get().settings(new SwiftFormat()));
    records.update(
        SwiftKeys.release(request.repository(), identity),
        ReleaseRecord.class,
        found -> look.decide(identity, found));
    return look.outcome;
  }

  /** One look at the record, repeated when somebody else changed it meanwhile. */
  private final class Look {
    private final PackageRequest request;
    private final SwiftSettings settings;
    private SigningOutcome<SignedArtifact> outcome;

    Look(PackageRequest request, SwiftSettings settings) {
      this.request = request;
      this.settings = settings;
    }

    Optional<ReleaseRecord> decide(Identity identity, Optional<ReleaseRecord> found) {
      if (found.isEmpty() || found.get().state() == State.DELETED) {
        outcome = new Exempt<>(Why.GONE);
        return found;
      }
      ReleaseRecord record = found.get();
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
      try {
        return record.state() == State.AVAILABLE ? again(record) : firstTime(record);
      } catch (Failure.Permanent e) {
        outcome = new Refused<>(e.code(), e.getMessage());
        return Optional.of(refused(record, e));
      }
    }

    private Optional<ReleaseRecord> firstTime(ReleaseRecord record) {
      return available(record, signing.sign(record, settings, settings.archives()));
    }

    /** An upload's event never signs anew what is signed: that is what resyncs are for. */
    private Optional<ReleaseRecord> again(ReleaseRecord record) {
      SignedRelease before = record.signed().orElseThrow();
      SignedRelease after = before;
      if (request.lane() == Lane.RESYNC) {
        after =
            request.mode() == ResyncMode.RESIGN_ALL
                ? signing.sign(record, settings, before.mode())
                : upkeep.of(record, before, request);
      }
      if (isSame(before, after)) {
        outcome = new AlreadySigned<>(artifact(record), List.of());
        return Optional.of(record);
      }
      return available(record, after);
    }

    private Optional<ReleaseRecord> available(ReleaseRecord record, SignedRelease signed) {
      ReleaseRecord now = record.signed(signed);
      outcome = new Signed<>(artifact(now), List.of());
      return Optional.of(now);
    }
  }

  /** Whether clients get the same bytes; when and by whom they were made follows from them. */
  private static boolean isSame(SignedRelease before, SignedRelease after) {
    return before.sha256().equals(after.sha256())
        && before.signature().equals(after.signature())
        && contents(before).equals(contents(after));
  }

  private static List<?> contents(SignedRelease release) {
    return release.manifests().stream().map(m -> List.of(m.file(), m.content())).toList();
  }

  /** What is available stays so; the refusal is told all the same. */
  private ReleaseRecord refused(ReleaseRecord record, Failure.Permanent failure) {
    boolean known =
        record
            .refusal()
            .filter(n -> n.code() == failure.code() && n.detail().equals(failure.getMessage()))
            .isPresent();
    return known || record.state() == State.AVAILABLE
        ? record
        : record.refused(new RefusalNote(failure.code(), failure.getMessage(), clock.instant()));
  }

  private static SignedArtifact artifact(ReleaseRecord record) {
    SignedRelease signed = record.signed().orElseThrow();
    return new SignedArtifact(
        record.repository(),
        record.identity().toString(),
        "sha256:" + record.upload().sha256(),
        signed.signer().keyVersion(),
        signed.signer().certificate(),
        record.acceptedAt(),
        signed.signer().signedAt(),
        List.of("sha256:" + signed.sha256(), "sha256:" + Sha256.hex(signed.signature())));
  }
}
