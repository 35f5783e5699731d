package dev.countermark.format.nuget.verify;

/** Whose judgement is asked for. */
public enum VerificationMode {
  /** {@code dotnet nuget verify}. */
  VERIFY,
  /** A restore with {@code signatureValidationMode=require}. */
  RESTORE_REQUIRE,
  /** A restore with the default {@code signatureValidationMode=accept}. */
  RESTORE_ACCEPT
}
