package dev.countermark.signer.nuget;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.Upkeep;
import dev.countermark.format.nuget.verify.Fingerprint;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignerFormat;
import dev.countermark.signer.service.SignerIdentity;
import dev.countermark.signing.Lane;
import java.time.Instant;

/** Signs packages: decides whether there is anything to sign, and by which settings. */
final class SignPackage implements SignerFormat<VersionRecord, NugetSettings> {
  private final PackageSigning signing;
  private final KeyClient keys;

  SignPackage(PackageSigning signing, KeyClient keys) {
    this.signing = signing;
    this.keys = keys;
  }

  @Override
  public Format<VersionRecord, NugetSettings> format() {
    return new NugetFormat();
  }

  @Override
  public VersionRecord upToDate(
      VersionRecord record, NugetSettings settings, PackageRequest request) {
    SigningSettings wanted = SigningSettings.of(record, settings, request.lane());
    if (isUpToDate(record, settings, request)) {
      return record;
    }
    return record.signed(
        signing.sign(
            record,
            record.state() == State.AVAILABLE ? wanted.forAvailable() : wanted,
            signingTime(record)));
  }

  /**
   * The first signature says when the package came; a later one when it is made. What a request
   * says of the time is a hint like the rest of it: whoever can write events must not date
   * signatures.
   */
  private Instant signingTime(VersionRecord record) {
    return record.state() == State.AVAILABLE ? signing.now() : record.acceptedAt();
  }

  /** An upload's event never signs anew what is signed: that is what resyncs are for. */
  private boolean isUpToDate(VersionRecord record, NugetSettings settings, PackageRequest request) {
    if (record.state() != State.AVAILABLE || record.signed().isEmpty()) {
      return false;
    }
    if (request.lane() == Lane.UPLOAD) {
      return true;
    }
    // By the settings of now: whoever asks for a resync wants them.
    return Upkeep.isInOrder(
        record.signed().map(SignedPackage::signature).orElseThrow(),
        settings,
        signing.claim(record),
        Fingerprint.of(
            SignerIdentity.of(keys.current(record.repository(), PackageSigning.PURPOSE))
                .certificate()));
  }
}
