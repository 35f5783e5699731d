package dev.countermark.format.oci;

import dev.countermark.contracts.Bytes;
import dev.countermark.format.oci.CosignVerifier.Verdict;
import dev.countermark.format.oci.LegacySignatures.Layer;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import dev.countermark.format.oci.SignaturePlan.Bundle;
import dev.countermark.format.oci.SignaturePlan.Pieces;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** The signatures that the record of a manifest holds, and what they are worth. */
public final class RecordedSignatures {
  private final Pieces pieces;
  private final Digest subject;

  private RecordedSignatures(Pieces pieces, Digest subject) {
    this.pieces = pieces;
    this.subject = subject;
  }

  public static RecordedSignatures of(Signatures signatures, Digest subject) {
    return new RecordedSignatures(pieces(signatures), subject);
  }

  public Pieces pieces() {
    return pieces;
  }

  /**
   * What of them one key made.
   *
   * @param references that valid layers sign
   * @param bundle whether there is a valid one
   */
  public record Valid(Set<String> references, boolean bundle) {
    /** Whether all that a record says of a key is there. */
    public boolean covers(SignedBy by) {
      return references.containsAll(by.references())
          && (bundle || !by.formats().contains(SignatureFormat.BUNDLE));
    }
  }

  /**
   * Verifies them.
   *
   * @param spki public key, DER
   */
  public Valid by(byte[] spki) {
    CosignVerifier verifier = new CosignVerifier(List.of(spki));
    Set<String> references = new LinkedHashSet<>();
    pieces.layers().forEach(l -> reference(verifier, l, subject).ifPresent(references::add));
    return new Valid(
        references, pieces.bundles().stream().anyMatch(b -> accepts(verifier, b, subject)));
  }

  /** Whether nothing is there but signatures and what leads to them, in the form that we write. */
  public boolean isWhole() {
    return Pieces.of(pieces.layers(), pieces.bundles()).contents().equals(pieces.contents());
  }

  /**
   * Whether a manifest has all signatures of a key that it should have, and all that it has of the
   * key are valid.
   *
   * @param formats that are wanted
   * @param reference that is signed, {@code host/name}
   * @param fingerprint of the key
   * @param spki the key, DER
   */
  public static boolean isInOrder(
      ManifestRecord record,
      Set<SignatureFormat> formats,
      String reference,
      String fingerprint,
      byte[] spki) {
    Optional<Signatures> signatures = record.signatures();
    Optional<SignedBy> own =
        signatures.stream()
            .flatMap(s -> s.by().stream())
            .filter(by -> by.fingerprint().equals(fingerprint))
            .findFirst();
    if (own.isEmpty()
        || !own.get().formats().containsAll(formats)
        || formats.contains(SignatureFormat.LEGACY)
            && !own.get().references().contains(reference)) {
      return false;
    }
    try {
      Digest subject = Digest.of(record.digest());
      RecordedSignatures recorded = of(signatures.orElseThrow(), subject);
      return subject.matches(record.content().toArray())
          && recorded.isWhole()
          && recorded.by(spki).covers(own.get());
    } catch (IllegalArgumentException e) {
      return false; // damage, or somebody else's hand
    }
  }

  /** The reference that a valid layer signs. */
  public static Optional<String> reference(CosignVerifier verifier, Layer layer, Digest subject) {
    Pieces alone = Pieces.of(List.of(layer), List.of());
    AtomicReference<String> reference = new AtomicReference<>();
    Verdict verdict =
        verifier.legacyWithIdentity(
            alone.content(alone.signatureManifest().orElseThrow()).orElseThrow().bytes(),
            digest -> alone.content(digest).map(Content::bytes),
            subject,
            found -> {
              reference.set(found);
              return true;
            });
    return verdict.accepted() ? Optional.of(reference.get()) : Optional.empty();
  }

  public static boolean accepts(CosignVerifier verifier, Bundle bundle, Digest subject) {
    return verifier.bundle(bundle.content().bytes(), subject).accepted();
  }

  public static Pieces pieces(Signatures signatures) {
    return new Pieces(
        signatures.signatureManifest().map(Digest::of),
        signatures.bundleManifests().stream().map(Digest::of).toList(),
        signatures.pieces().stream()
            .map(
                p ->
                    p.manifest()
                        ? Content.manifest(p.content().toArray())
                        : Content.blob(p.mediaType(), p.content().toArray()))
            .toList());
  }

  public static Signatures signatures(List<SignedBy> by, Pieces pieces) {
    return new Signatures(
        by,
        pieces.signatureManifest().map(Digest::toString),
        pieces.bundleManifests().stream().map(Digest::toString).toList(),
        pieces.contents().stream()
            .map(
                c ->
                    new SignaturePiece(
                        c.digest().toString(), c.mediaType(), c.isManifest(), Bytes.of(c.bytes())))
            .toList());
  }
}
