package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.MalformedSignatureException;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.format.nuget.signature.SignerView;
import dev.countermark.format.nuget.verify.Fingerprint;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.kit.Failed;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks at the signature that a package comes with: it must be sound, and wanted.
 *
 * @see "nuget reference, section 3.1"
 */
final class SignatureCheck {
  private final PublicAddresses addresses;
  private final SigningCertificates certificates;
  private final Clock clock;

  SignatureCheck(PublicAddresses addresses, SigningCertificates certificates, Clock clock) {
    this.addresses = addresses;
    this.certificates = certificates;
    this.clock = clock;
  }

  /**
   * Checks.
   *
   * @return warnings for whoever pushed
   * @throws Failed 400 when the package is not taken
   */
  List<String> check(PackageArchive archive, RepositoryRecord repository) throws IOException {
    Optional<ArchiveEntry> entry = archive.signature();
    if (entry.isEmpty()) {
      return List.of();
    }
    NugetSettings settings = repository.settings(new NugetFormat());
    if (settings.signatures() == SignaturePolicy.REJECT_SIGNED) {
      throw new Failed(400, "This feed takes unsigned packages only.");
    }
    try {
      PackageSignature signature = PackageSignature.parse(archive.signatureBytes(entry.get()));
      byte[] hash = archive.hash(signature.content().algorithm().digest());
      if (!MessageDigest.isEqual(hash, signature.content().hash())) {
        throw new Failed(400, "NU3008: the package was changed after it was signed.");
      }
      checkSigners(signature);
      return warnings(signature, settings.signatures(), repository.repository());
    } catch (MalformedSignatureException e) {
      throw FeedDialect.refused(e.code(), e.getMessage());
    } catch (MalformedArchiveException e) {
      throw FeedDialect.refused(e.code(), e.getMessage());
    }
  }

  private static void checkSigners(PackageSignature signature) {
    signature
        .objection(signature.primary())
        .ifPresent(
            why -> {
              throw new Failed(400, "NU3012: the package signature " + why + ".");
            });
    if (signature.primary().type() == SignatureType.UNKNOWN) {
      throw new Failed(400, "The package signature is neither an author's nor a repository's.");
    }
    boolean authorCountersigned =
        signature.countersigners().stream().anyMatch(c -> c.type() == SignatureType.AUTHOR);
    if (authorCountersigned) {
      throw new Failed(400, "The package is countersigned by an author.");
    }
  }

  private List<String> warnings(
      PackageSignature signature, SignaturePolicy policy, RepositoryName repository) {
    List<String> warnings = new ArrayList<>();
    Optional<SignerView> signer = signature.repositorySigner();
    boolean replaced =
        policy == SignaturePolicy.RESIGN
            && signer.filter(s -> !isOurs(signature, s, repository)).isPresent();
    if (replaced) {
      warnings.add("The signature of another repository is replaced by this one's.");
    }
    if (signature.primary().type() == SignatureType.AUTHOR) {
      boolean timeKnown =
          hasTimestamp(signature.primary())
              || !replaced && signer.filter(SignatureCheck::hasTimestamp).isPresent();
      validity(signature.primary().certificate(), timeKnown).ifPresent(warnings::add);
    }
    return warnings;
  }

  private static boolean hasTimestamp(SignerView signer) {
    return !signer.timestamps().isEmpty();
  }

  /**
   * What the repository's signature cannot mend, because it is made too late to say when the author
   * signed. The package is taken all the same: many consumers do not verify.
   *
   * @param timeKnown whether a timestamp says when
   * @see "nuget reference, sections 2.7 and 4.4"
   */
  private Optional<String> validity(X509Certificate author, boolean timeKnown) {
    Instant now = clock.instant();
    if (now.isBefore(author.getNotBefore().toInstant())) {
      return Optional.of(
          "NU3017: the author's certificate is not yet valid, and clients refuse the package"
              + " until it is: sign it again with one that is.");
    }
    return !timeKnown && now.isAfter(author.getNotAfter().toInstant())
        ? Optional.of(
            "NU3037: the author's certificate has expired and no timestamp says that it was signed"
                + " before; clients that verify refuse the package: sign it again, with a"
                + " timestamp.")
        : Optional.empty();
  }

  /** Whoever pushes back what came from here loses nothing, whichever of our keys signed it. */
  private boolean isOurs(PackageSignature signature, SignerView signer, RepositoryName repository) {
    String feed = new FeedAddresses(addresses.best(), repository).serviceIndex();
    return signer.repositoryClaim().orElseThrow().serviceIndex().toString().equals(feed)
        && certificates.find(repository, Fingerprint.of(signer.certificate())).isPresent()
        && signature.isGenuine(signer);
  }
}
