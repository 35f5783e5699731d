package dev.countermark.signer.oci;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignerFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signs manifests: has the missing signatures made in one call, verifies them all, and adds them to
 * the record. The manifests of an index come first, so that an index is never available before they
 * are.
 */
final class SignOciManifest implements SignerFormat<ManifestRecord, OciSettings> {
  /**
   * @param indexDepth indexes within indexes, the outermost counted
   * @param indexManifests manifests of one request, the requested one counted
   */
  record Limits(int indexDepth, int indexManifests) {}

  private final ManifestSigner signatures;
  private final ImageBlobs blobs;
  private final Limits limits;

  SignOciManifest(ManifestSigner signatures, ImageBlobs blobs, Limits limits) {
    this.signatures = signatures;
    this.blobs = blobs;
    this.limits = limits;
  }

  @Override
  public Format<ManifestRecord, OciSettings> format() {
    return new OciFormat();
  }

  @Override
  public ManifestRecord upToDate(
      ManifestRecord record, OciSettings settings, PackageRequest request) {
    Manifest manifest = manifest(record);
    ImageBlobs.Reading reading = blobs.of(record.name());
    Optional<SignatureLayout> layout = SignatureLayout.of(manifest, reading);
    if (layout.isPresent()) {
      return record.exempt(layout.get());
    }
    if (record.state() == State.EXEMPT && reading.missed()) {
      // What it was recognised by is gone: to sign it now might be to sign a signature.
      return record;
    }
    Descriptor subject =
        new Descriptor(
            manifest.mediaType(),
            Digest.of(record.digest()),
            record.content().length(),
            Optional.empty(),
            Map.of());
    Signatures wanted = signatures.upToDate(record, subject, settings, request.lane());
    return record.state() == State.AVAILABLE
            && record.signatures().filter(wanted::equals).isPresent()
        ? record
        : record.signed(wanted);
  }

  @Override
  public Optional<Containers<ManifestRecord>> containers() {
    return Optional.of(
        new Containers<>(SignOciManifest::children, limits.indexDepth(), limits.indexManifests()));
  }

  /** What an index lists. */
  private static Optional<List<String>> children(ManifestRecord record) {
    if (!MediaTypes.isIndex(record.mediaType())) {
      return Optional.empty();
    }
    return Optional.of(
        manifest(record).children().stream().map(c -> c.digest().toString()).toList());
  }

  /** The manifest, which has the digest that its record says. */
  private static Manifest manifest(ManifestRecord record) {
    byte[] content = record.content().toArray();
    if (!Digest.of(record.digest()).matches(content)) {
      throw new Failure.Permanent(
          Refusal.DIGEST_MISMATCH, "the stored bytes do not have the digest " + record.digest());
    }
    try {
      return Manifest.parse(content, record.mediaType());
    } catch (InvalidManifestException e) {
      Refusal code =
          e.rule() == InvalidManifestException.Rule.TOO_LARGE
              ? Refusal.TOO_LARGE
              : Refusal.MALFORMED_PACKAGE;
      throw new Failure.Permanent(code, e.getMessage(), e);
    }
  }
}
