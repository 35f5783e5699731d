package dev.countermark.signer.swift;

import dev.countermark.contracts.ResyncMode;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.signer.service.PackageRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Keeps the signatures of an available release in order without a change of what clients remember:
 * only the archive's signature lies beside what it signs and can be made anew. A manifest carries
 * its own, so a bad one is left as it is and reported; so is an author's.
 *
 * @see "swift reference, section 6"
 */
final class ReleaseUpkeep {
  private static final Logger LOG = Logger.getLogger(ReleaseUpkeep.class);

  private final ReleaseSigning signing;
  private final KeyClient keys;
  private final Consumer<Flaw> unrepaired;

  /**
   * @param unrepaired is told of every bad signature that is left as it is
   */
  ReleaseUpkeep(ReleaseSigning signing, KeyClient keys, Consumer<Flaw> unrepaired) {
    this.signing = signing;
    this.keys = keys;
    this.unrepaired = unrepaired;
  }

  /** The release as it should be: the same, or with another signature of the archive. */
  SignedRelease of(ReleaseRecord record, SignedRelease release, PackageRequest request) {
    List<PublicKeyVersion> versions = keys.versions(record.repository(), ReleaseSigning.PURPOSE);
    // By our own clock: a forged event of tomorrow must not have signatures made anew.
    SignatureCheck check = new SignatureCheck(versions, signing.now());
    for (SignedManifest manifest : release.manifests()) {
      check
          .manifest(manifest)
          .ifPresent(flaw -> leave(request, "the signature of " + manifest.file(), flaw));
    }
    Optional<Flaw> flaw = check.archive(release);
    if (release.signer().by() == SignedBy.AUTHOR) {
      flaw.ifPresent(f -> leave(request, "the author's signature of the archive", f));
      return release;
    }
    boolean rotate =
        request.mode() == ResyncMode.ROTATE_ARCHIVE && !check.isCurrent(release.signer());
    return flaw.isPresent() || rotate ? signing.signArchiveAnew(record, release) : release;
  }

  private void leave(PackageRequest request, String what, Flaw flaw) {
    unrepaired.accept(flaw);
    LOG.warnf("%s: %s is %s, and left so: clients remember it", request.purl(), what, flaw.label());
  }
}
