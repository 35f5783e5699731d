package dev.countermark.signer.nuget;

import dev.countermark.format.nuget.NugetRecords.ReplacedSignature;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.format.nuget.signature.SignerView;
import dev.countermark.format.nuget.verify.Fingerprint;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

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

  /**
   * Nothing: the signature of a repository stays.
   *
   * @param keyVersion that made it, when it is this repository's and as it would be made now
   */
  record Keep(PackageSignature signature, SignerView repository, OptionalInt keyVersion)
      implements Decision {}

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
   * @param serviceIndex of this repository
   * @param current the version of the key, when a signature in the name of this repository is as it
   *     would be made now
   */
  static Decision of(
      Optional<PackageSignature> uploaded,
      boolean intact,
      SignaturePolicy policy,
      URI serviceIndex,
      Function<SignerView, OptionalInt> current) {
    if (uploaded.isEmpty()) {
      return new Primary(Optional.empty());
    }
    PackageSignature signature = uploaded.get();
    if (policy == SignaturePolicy.REJECT_SIGNED) {
      return new Reject(false, "the repository takes unsigned packages only");
    }
    if (!intact) {
      return new Reject(true, "it was changed after it was signed");
    }
    Optional<String> objection = signature.objection(signature.primary());
    if (objection.isPresent()) {
      return new Reject(true, "its signature " + objection.get());
    }
    if (signature.countersigners().stream().anyMatch(c -> c.type() == SignatureType.AUTHOR)) {
      return new Reject(true, "an author countersigned it");
    }
    Optional<SignerView> repository = signature.repositorySigner();
    if (repository.filter(signature::isGenuine).isPresent()) {
      // Whoever signs in this repository's name is no foreign repository, but this one or a liar.
      boolean ours =
          repository.get().repositoryClaim().orElseThrow().serviceIndex().equals(serviceIndex);
      OptionalInt key = ours ? current.apply(repository.get()) : OptionalInt.empty();
      if (key.isPresent() || !ours && policy == SignaturePolicy.KEEP_VALID_FOREIGN) {
        return new Keep(signature, repository.get(), key);
      }
    }
    return switch (signature.primary().type()) {
      case REPOSITORY -> new Primary(replaced(repository));
      case AUTHOR -> new Countersign(signature, replaced(repository));
      case UNKNOWN -> new Reject(true, "its signature is neither an author's nor a repository's");
    };
  }

  private static Optional<ReplacedSignature> replaced(Optional<SignerView> repository) {
    return repository.map(
        r -> {
          RepositoryClaim claim = r.repositoryClaim().orElseThrow();
          return new ReplacedSignature(
              Fingerprint.of(r.certificate()), claim.serviceIndex().toString(), claim.owners());
        });
  }
}
