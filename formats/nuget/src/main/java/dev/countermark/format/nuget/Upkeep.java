package dev.countermark.format.nuget;

import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.signature.RepositoryClaim;

/** Whether the signature of an available package is what would be made now. */
public final class Upkeep {
  private Upkeep() {}

  /**
   * @param settings of its repository, as they are now
   * @param claim what its repository's signatures say
   * @param certificate SHA-256 of the current key's, upper-case hexadecimal
   */
  public static boolean isInOrder(
      RepositorySignature signature,
      NugetSettings settings,
      RepositoryClaim claim,
      String certificate) {
    if (signature.kind() == SignatureKind.FOREIGN) {
      return settings.signatures() == SignaturePolicy.KEEP_VALID_FOREIGN;
    }
    return signature.certificate().equals(certificate)
        && signature.serviceIndex().equals(claim.serviceIndex().toString())
        && signature.owners().equals(claim.owners())
        && (signature.timestamped() || settings.timestamps() != TimestampPolicy.REQUIRED);
  }
}
