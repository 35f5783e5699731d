package dev.countermark.signer.nuget;

import dev.countermark.contracts.NugetRecords.ReplacedSignature;
import dev.countermark.contracts.NugetRecords.SignaturePolicy;
import dev.countermark.format.nupkg.signature.PackageSignature;
import dev.countermark.format.nupkg.signature.RepositoryClaim;
import dev.countermark.format.nupkg.signature.SignatureType;
import dev.countermark.format.nupkg.signature.SignerView;
import java.util.Optional;

/**
 * What is to be done with an upload, by the signature that it came with.
 *
 * @see "nuget reference, section 3.1"
 */
sealed interface Decision {
  /** A repository's signature alone. */
  record Primary(Optional<ReplacedSignature> replaced) implements Decision {}

  /** A repository's signature beside the author's. */
  record Countersign(PackageSignature author, Optional<ReplacedSignature> replaced)
      implements Decision {}

  /** Nothing: the signature of another repository stays. */
  record Keep(SignerView foreign) implements Decision {}

  /**
   * It is not taken.
   *
   * @param broken whether the signature is, rather than unwanted
   */
  record Reject(boolean broken, String why) implements Decision {}

  /**
   * Decides.
   *
   * @param uploaded absent for an unsigned upload
   * @param intact whether the package is what was signed
   */
  static Decision of(Optional<PackageSignature> uploaded, boolean intact, SignaturePolicy policy) {
    if (uploaded.isEmpty()) {
      return new Primary(Optional.empty());
    }
    PackageSignature signature = uploaded.get();
    if (policy == SignaturePolicy.REJECT_SIGNED) {
      return new Reject(false, "the repository takes unsigned packages only");
    }
    if (signature.countersigners().stream().anyMatch(c -> c.type() == SignatureType.AUTHOR)) {
      return new Reject(true, "an author countersigned it");
    }
    boolean genuine = intact && signature.isPrimaryGenuine();
    Optional<SignerView> repository = signature.repositorySigner();
    boolean kept =
        policy == SignaturePolicy.KEEP_VALID_FOREIGN
            && genuine
            && repository.map(signature::isGenuine).orElse(false);
    if (kept) {
      return new Keep(repository.get());
    }
    return switch (signature.primary().type()) {
      case REPOSITORY -> new Primary(replaced(repository));
      case AUTHOR ->
          genuine
              ? new Countersign(signature, replaced(repository))
              : new Reject(true, "the author's signature is not genuine");
      case UNKNOWN -> new Reject(true, "its signature is neither an author's nor a repository's");
    };
  }

  private static Optional<ReplacedSignature> replaced(Optional<SignerView> repository) {
    return repository.map(
        r -> {
          RepositoryClaim claim = r.repositoryClaim().orElseThrow();
          return new ReplacedSignature(
              SignerIdentity.fingerprint(r.certificate()),
              claim.serviceIndex().toString(),
              claim.owners());
        });
  }
}
