package dev.countermark.signer.nuget;

import dev.countermark.contracts.NugetRecords.NugetSettings;
import dev.countermark.contracts.NugetRecords.SignaturePolicy;
import dev.countermark.contracts.NugetRecords.TimestampPolicy;

/** What a repository wants of its signatures. */
record SigningSettings(SignaturePolicy policy, TimestampPolicy timestamps) {
  static SigningSettings of(NugetSettings settings) {
    return new SigningSettings(settings.signatures(), settings.timestamps());
  }
}
