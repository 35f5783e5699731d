package dev.countermark.signer.nuget;

import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;

/** What a repository wants of its signatures. */
record SigningSettings(SignaturePolicy policy, TimestampPolicy timestamps) {
  static SigningSettings of(NugetSettings settings) {
    return new SigningSettings(settings.signatures(), settings.timestamps());
  }

  /** For what was taken before: a rule about what is taken must not keep it from a new key. */
  SigningSettings forAvailable() {
    return policy == SignaturePolicy.REJECT_SIGNED
        ? new SigningSettings(SignaturePolicy.RESIGN, timestamps)
        : this;
  }
}
