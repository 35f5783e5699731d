package dev.countermark.signer.nuget;

import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.signing.Lane;

/** What a repository wants of its signatures. */
record SigningSettings(SignaturePolicy policy, TimestampPolicy timestamps) {
  private static SigningSettings of(NugetSettings settings) {
    return new SigningSettings(settings.signatures(), settings.timestamps());
  }

  /**
   * What was pushed is signed as was said when it was taken; a resync is asked for by whoever wants
   * the settings of now.
   */
  static SigningSettings of(VersionRecord record, NugetSettings settings, Lane lane) {
    return lane == Lane.UPLOAD
        ? record
            .policy()
            .map(taken -> new SigningSettings(taken.signatures(), taken.timestamps()))
            .orElseGet(() -> of(settings))
        : of(settings);
  }

  /** For what was taken before: a rule about what is taken must not keep it from a new key. */
  SigningSettings forAvailable() {
    return policy == SignaturePolicy.REJECT_SIGNED
        ? new SigningSettings(SignaturePolicy.RESIGN, timestamps)
        : this;
  }
}
