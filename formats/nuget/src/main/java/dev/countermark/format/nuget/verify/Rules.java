package dev.countermark.format.nuget.verify;

/**
 * What a mode forgives (nuget reference, section 4.3).
 *
 * @param unsigned packages without a signature are fine
 * @param malformed signatures that cannot be read are only warned about
 * @param untrusted roots and signers that are not trusted, and expired certificates, are only
 *     warned about
 * @param badTimestamp is only warned about, and then not used
 * @param everyCountersignature is looked at, rather than only one that can make up for the author's
 */
record Rules(
    boolean unsigned,
    boolean malformed,
    boolean untrusted,
    boolean badTimestamp,
    boolean everyCountersignature) {

  static Rules of(VerificationPolicy policy) {
    return switch (policy.mode()) {
      case VERIFY -> new Rules(false, false, false, false, true);
      case RESTORE_REQUIRE -> new Rules(false, false, false, true, false);
      case RESTORE_ACCEPT -> {
        boolean lenient = policy.source().map(source -> !source.allRepositorySigned()).orElse(true);
        yield new Rules(lenient, true, lenient, true, false);
      }
    };
  }
}
